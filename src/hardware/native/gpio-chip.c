/*
 * What a GPIO chip says of itself and of its lines: character device ABI version 2, <linux/gpio.h>, since Linux 5.10
 * (Documentation/userspace-api/gpio/chardev.rst). Nothing is kept open: a chip that was unplugged and is back is found.
 */
#include "native.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/gpio.h>
#include <string.h>
#include <unistd.h>

/* Names from the kernel are ended by NUL, but a damaged one must not be read beyond its field. */
static napi_value text_of(napi_env env, const char *field)
{
	napi_value text = NULL;
	napi_create_string_utf8(env, field, strnlen(field, GPIO_MAX_NAME_SIZE), &text);
	return text;
}

/* struct gpio_v2_line_info as { name, consumer, flags }. */
static napi_value line_object(napi_env env, const struct gpio_v2_line_info *line)
{
	napi_value object, flags;
	if (napi_create_object(env, &object) != napi_ok ||
	    napi_create_int64(env, (int64_t)(line->flags & INT32_MAX), &flags) != napi_ok)
		return NULL;
	set_property(env, object, "name", text_of(env, line->name));
	set_property(env, object, "consumer", text_of(env, line->consumer));
	set_property(env, object, "flags", flags);
	return object;
}

/* gpioChip(path): { name, label, lines: [{ name, consumer, flags }] }, the lines in the order of their offsets. */
napi_value gpio_chip(napi_env env, napi_callback_info info)
{
	static const char call[] = "gpioChip";
	char path[PATH_MAX];
	napi_value argument, chip, lines;
	struct gpiochip_info about = {0};
	if (!get_arguments(env, info, call, 1, &argument) || !get_text(env, argument, call, path, sizeof path))
		return NULL;
	/* Not blocking: a path that is no device must not make us wait for its other end. */
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return throw_error(env, errno, "open");
	if (ioctl_undisturbed(fd, GPIO_GET_CHIPINFO_IOCTL, &about) == -1) {
		int error = errno;
		close(fd);
		return throw_error(env, error, "GPIO_GET_CHIPINFO_IOCTL");
	}
	if (napi_create_object(env, &chip) != napi_ok || napi_create_array(env, &lines) != napi_ok) {
		close(fd);
		return NULL;
	}
	for (uint32_t offset = 0; offset < about.lines; offset++) {
		struct gpio_v2_line_info line = {.offset = offset};
		if (ioctl_undisturbed(fd, GPIO_V2_GET_LINEINFO_IOCTL, &line) == -1) {
			int error = errno;
			close(fd);
			return throw_error(env, error, "GPIO_V2_GET_LINEINFO_IOCTL");
		}
		napi_value object = line_object(env, &line);
		/* Its place in the array is its offset: none may be left out. */
		if (object == NULL || napi_set_element(env, lines, offset, object) != napi_ok) {
			close(fd);
			return throw_error(env, ENOMEM, call);
		}
	}
	close(fd);
	set_property(env, chip, "name", text_of(env, about.name));
	set_property(env, chip, "label", text_of(env, about.label));
	set_property(env, chip, "lines", lines);
	return chip;
}

/* The flags of a request and of a line's info, so that nobody writes the kernel's numbers down again. */
napi_value gpio_flags(napi_env env)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} flags[] = {
		{"used", GPIO_V2_LINE_FLAG_USED},
		{"activeLow", GPIO_V2_LINE_FLAG_ACTIVE_LOW},
		{"input", GPIO_V2_LINE_FLAG_INPUT},
		{"output", GPIO_V2_LINE_FLAG_OUTPUT},
		{"edgeRising", GPIO_V2_LINE_FLAG_EDGE_RISING},
		{"edgeFalling", GPIO_V2_LINE_FLAG_EDGE_FALLING},
		{"openDrain", GPIO_V2_LINE_FLAG_OPEN_DRAIN},
		{"openSource", GPIO_V2_LINE_FLAG_OPEN_SOURCE},
		{"biasUp", GPIO_V2_LINE_FLAG_BIAS_PULL_UP},
		{"biasDown", GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN},
		{"biasOff", GPIO_V2_LINE_FLAG_BIAS_DISABLED},
	};
	napi_value object;
	if (napi_create_object(env, &object) != napi_ok)
		return NULL;
	for (size_t index = 0; index < sizeof flags / sizeof flags[0]; index++) {
		napi_value flag;
		if (napi_create_uint32(env, flags[index].flag, &flag) == napi_ok)
			set_property(env, object, flags[index].name, flag);
	}
	return object;
}
