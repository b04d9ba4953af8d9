/*
 * One GPIO line that we hold: struct gpio_v2_line_request of <linux/gpio.h>, with one line in each request. Edges come
 * through the event loop, which watches the request's file descriptor: no thread, no polling.
 *
 * The JavaScript handle and the watcher of libuv each keep the memory of the line; it goes with the last of them.
 */
#include "native.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/gpio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

/* Edges that the kernel keeps while JavaScript is busy; of more it drops the oldest, which their numbers show. */
#define EVENTS_KEPT 128
#define EVENTS_AT_ONCE 16

struct gpio_line {
	napi_env env;
	int fd; /* -1 when it was given back */
	unsigned keepers;
	uv_poll_t watcher;
	bool is_watched;
	/* While it is watched: */
	napi_async_cleanup_hook_handle cleanup;
	napi_ref self; /* somebody waits for its edges, so it is not forgotten */
	napi_ref on_edge;
	napi_ref on_gone;
};

static const napi_type_tag line_tag = {0x50696e6365724c69, 0x6e65206f66206f6e};

static void let_go(struct gpio_line *line)
{
	if (--line->keepers == 0)
		free(line);
}

static void drop_reference(napi_env env, napi_ref *reference)
{
	if (*reference != NULL)
		napi_delete_reference(env, *reference);
	*reference = NULL;
}

static void on_watcher_closed(uv_handle_t *handle)
{
	struct gpio_line *line = handle->data;
	napi_remove_async_cleanup_hook(line->cleanup);
	let_go(line);
}

/* Gives the line back. May be called any number of times. */
static void release(struct gpio_line *line)
{
	if (line->is_watched) {
		line->is_watched = false;
		drop_reference(line->env, &line->on_edge);
		drop_reference(line->env, &line->on_gone);
		drop_reference(line->env, &line->self);
		uv_close((uv_handle_t *)&line->watcher, on_watcher_closed);
	}
	if (line->fd != -1)
		close(line->fd);
	line->fd = -1;
}

static void on_environment_end(napi_async_cleanup_hook_handle handle, void *data)
{
	(void)handle; /* on_watcher_closed removes it, and only then the environment may end */
	release(data);
}

static void on_forgotten(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	release(data);
	let_go(data);
}

/* Calls one of the line's listeners, where it has that one. */
static void tell(struct gpio_line *line, napi_ref listener, size_t count, const napi_value *arguments)
{
	napi_value function;
	if (listener != NULL && napi_get_reference_value(line->env, listener, &function) == napi_ok)
		call_back(line->env, function, count, arguments);
}

static void tell_gone(struct gpio_line *line, int error)
{
	napi_value name = error_name(line->env, error);
	/* What broke stays held until it is given back, but it has nothing more to tell. */
	uv_poll_stop(&line->watcher);
	tell(line, line->on_gone, 1, &name);
}

static void tell_edge(struct gpio_line *line, const struct gpio_v2_line_event *event)
{
	napi_value arguments[3];
	if (napi_get_boolean(line->env, event->id == GPIO_V2_LINE_EVENT_RISING_EDGE, &arguments[0]) == napi_ok &&
	    napi_create_double(line->env, (double)event->timestamp_ns / 1e6, &arguments[1]) == napi_ok &&
	    napi_create_uint32(line->env, event->line_seqno, &arguments[2]) == napi_ok)
		tell(line, line->on_edge, 3, arguments);
}

/* Tells what the kernel has kept; answers whether there may be more, or else why not. */
static bool tell_batch(struct gpio_line *line, int *error)
{
	struct gpio_v2_line_event batch[EVENTS_AT_ONCE];
	ssize_t size = read(line->fd, batch, sizeof batch);
	if (size <= 0) {
		*error = size == 0 ? EIO : errno;
		return false;
	}
	/* A listener may give the line back: then it has no listener any more, and what comes behind is told to nobody. */
	for (ssize_t index = 0; (index + 1) * (ssize_t)sizeof batch[0] <= size; index++)
		tell_edge(line, &batch[index]);
	return line->is_watched && size == sizeof batch;
}

static void on_readable(uv_poll_t *watcher, int status, int events)
{
	struct gpio_line *line = watcher->data;
	napi_handle_scope scope;
	int error = 0;
	(void)events;
	if (napi_open_handle_scope(line->env, &scope) != napi_ok)
		return;
	/* One batch at a time: other work comes in between. But libuv watches no more when it says that something is wrong. */
	while (tell_batch(line, &error) && status < 0)
		;
	/* What is wrong only the kernel says. */
	bool is_wrong = error != 0 && error != EAGAIN && error != EINTR;
	if (line->is_watched && (is_wrong || status < 0))
		tell_gone(line, is_wrong ? error : -status);
	napi_close_handle_scope(line->env, scope);
}

/* The line of a handle, also one that was given back; throws and answers NULL for any other value. */
static struct gpio_line *line_of(napi_env env, napi_value handle, const char *call)
{
	bool is_line = false;
	void *line = NULL;
	napi_valuetype type;
	if (napi_typeof(env, handle, &type) != napi_ok || type != napi_object ||
	    napi_check_object_type_tag(env, handle, &line_tag, &is_line) != napi_ok || !is_line ||
	    napi_unwrap(env, handle, &line) != napi_ok)
		throw_argument(env, call, "a line that gpioRequest answered");
	return line;
}

int gpio_line_fd(napi_env env, napi_value handle, const char *call)
{
	struct gpio_line *line = line_of(env, handle, call);
	if (line == NULL)
		return -1;
	if (line->fd == -1)
		throw_error(env, EBADF, call);
	return line->fd;
}

/* Flags, first value and debounce from three arguments. */
static bool get_config(napi_env env, const napi_value *arguments, const char *call, struct gpio_v2_line_config *config)
{
	int64_t flags, value, debounce_us;
	if (!get_integer(env, arguments[0], call, 0, INT32_MAX, &flags) ||
	    !get_integer(env, arguments[1], call, 0, 1, &value) ||
	    !get_integer(env, arguments[2], call, 0, UINT32_MAX, &debounce_us))
		return false;
	config->flags = (uint64_t)flags;
	/* An input has no value, and a debounce of nothing is not asked for: the kernel refuses both. */
	if (flags & GPIO_V2_LINE_FLAG_OUTPUT) {
		struct gpio_v2_line_config_attribute *attribute = &config->attrs[config->num_attrs++];
		attribute->attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
		attribute->attr.values = (uint64_t)value;
		attribute->mask = 1;
	}
	if (debounce_us > 0) {
		struct gpio_v2_line_config_attribute *attribute = &config->attrs[config->num_attrs++];
		attribute->attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
		attribute->attr.debounce_period_us = (uint32_t)debounce_us;
		attribute->mask = 1;
	}
	return true;
}

/* Takes the line; answers an errno, and in `call` what that is of. */
static int request_line(const char *path, struct gpio_v2_line_request *request, const char **call)
{
	int chip = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	*call = chip == -1 ? "open" : "GPIO_V2_GET_LINE_IOCTL";
	if (chip == -1)
		return errno;
	int result = ioctl_undisturbed(chip, GPIO_V2_GET_LINE_IOCTL, request);
	int error = result == -1 ? errno : 0;
	/* The request lives on without the chip's descriptor. The kernel sets close-on-exec for it. */
	close(chip);
	return error;
}

/* Starts to watch the line; answers a libuv error. What was set up is taken back by release. */
static int watch(struct gpio_line *line, napi_value handle)
{
	uv_loop_t *loop;
	if (napi_get_uv_event_loop(line->env, &loop) != napi_ok || napi_create_reference(line->env, handle, 1, &line->self) != napi_ok)
		return UV_EINVAL;
	/* libuv makes the descriptor not blocking. */
	int error = uv_poll_init(loop, &line->watcher, line->fd);
	if (error != 0) {
		drop_reference(line->env, &line->self);
		return error;
	}
	line->watcher.data = line;
	line->keepers++;
	line->is_watched = true;
	if (napi_add_async_cleanup_hook(line->env, on_environment_end, line, &line->cleanup) != napi_ok)
		return UV_ENOMEM;
	return uv_poll_start(&line->watcher, UV_READABLE, on_readable);
}

/*
 * gpioRequest(path, offset, consumer, flags, value, debounceUs, onEdge, onGone): a handle. `value` is the first level of
 * an output, set together with its direction. onEdge(isRising, atMs, number) is called for each edge that the flags ask
 * for, onGone(code) once when the chip is gone; null for both where nobody listens.
 */
napi_value gpio_request(napi_env env, napi_callback_info info)
{
	const char *call = "gpioRequest";
	char path[PATH_MAX];
	int64_t offset;
	napi_value arguments[8], handle;
	struct gpio_v2_line_request request = {.num_lines = 1, .event_buffer_size = EVENTS_KEPT};
	if (!get_arguments(env, info, call, 8, arguments) || !get_text(env, arguments[0], call, path, sizeof path) ||
	    !get_integer(env, arguments[1], call, 0, UINT32_MAX, &offset) ||
	    !get_text(env, arguments[2], call, request.consumer, sizeof request.consumer) ||
	    !get_config(env, &arguments[3], call, &request.config))
		return NULL;
	request.offsets[0] = (uint32_t)offset;

	struct gpio_line *line = calloc(1, sizeof *line);
	if (line == NULL)
		return throw_error(env, ENOMEM, call);
	line->env = env;
	line->fd = -1;
	line->keepers = 1;
	if (!get_callback(env, arguments[6], call, &line->on_edge) || !get_callback(env, arguments[7], call, &line->on_gone) ||
	    napi_create_object(env, &handle) != napi_ok || napi_type_tag_object(env, handle, &line_tag) != napi_ok ||
	    napi_wrap(env, handle, line, on_forgotten, NULL, NULL) != napi_ok) {
		drop_reference(env, &line->on_edge);
		drop_reference(env, &line->on_gone);
		free(line);
		return NULL;
	}
	/* From here on the handle owns the line: when it is forgotten, everything goes. */
	int error = request_line(path, &request, &call);
	if (error == 0) {
		line->fd = request.fd;
		if (line->on_edge != NULL)
			error = -watch(line, handle);
	}
	if (error != 0) {
		drop_reference(env, &line->on_edge);
		drop_reference(env, &line->on_gone);
		release(line);
		return throw_error(env, error, call);
	}
	return handle;
}

/* gpioReconfigure(handle, flags, value, debounceUs): another direction, pull or level without letting go of the line. */
napi_value gpio_reconfigure(napi_env env, napi_callback_info info)
{
	napi_value arguments[4];
	struct gpio_v2_line_config config = {0};
	if (!get_arguments(env, info, "gpioReconfigure", 4, arguments) ||
	    !get_config(env, &arguments[1], "gpioReconfigure", &config))
		return NULL;
	int fd = gpio_line_fd(env, arguments[0], "gpioReconfigure");
	if (fd == -1)
		return NULL;
	if (ioctl_undisturbed(fd, GPIO_V2_LINE_SET_CONFIG_IOCTL, &config) == -1)
		return throw_error(env, errno, "GPIO_V2_LINE_SET_CONFIG_IOCTL");
	return NULL;
}

/* gpioRelease(handle): may be called any number of times. */
napi_value gpio_release(napi_env env, napi_callback_info info)
{
	napi_value handle;
	if (!get_arguments(env, info, "gpioRelease", 1, &handle))
		return NULL;
	struct gpio_line *line = line_of(env, handle, "gpioRelease");
	if (line != NULL)
		release(line);
	return NULL;
}
