/* The level of a line that we hold: struct gpio_v2_line_values of <linux/gpio.h>, whose first bit is our one line. */
#include "native.h"

#include <errno.h>
#include <linux/gpio.h>

/* gpioGet(handle): 0 or 1. */
napi_value gpio_get(napi_env env, napi_callback_info info)
{
	napi_value handle, level = NULL;
	struct gpio_v2_line_values values = {.mask = 1};
	if (!get_arguments(env, info, "gpioGet", 1, &handle))
		return NULL;
	int fd = gpio_line_fd(env, handle, "gpioGet");
	if (fd == -1)
		return NULL;
	if (ioctl_undisturbed(fd, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) == -1)
		return throw_error(env, errno, "GPIO_V2_LINE_GET_VALUES_IOCTL");
	napi_create_uint32(env, values.bits & 1, &level);
	return level;
}

/* gpioSet(handle, level). */
napi_value gpio_set(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	int64_t level;
	if (!get_arguments(env, info, "gpioSet", 2, arguments) || !get_integer(env, arguments[1], "gpioSet", 0, 1, &level))
		return NULL;
	int fd = gpio_line_fd(env, arguments[0], "gpioSet");
	if (fd == -1)
		return NULL;
	struct gpio_v2_line_values values = {.bits = (uint64_t)level, .mask = 1};
	if (ioctl_undisturbed(fd, GPIO_V2_LINE_SET_VALUES_IOCTL, &values) == -1)
		return throw_error(env, errno, "GPIO_V2_LINE_SET_VALUES_IOCTL");
	return NULL;
}
