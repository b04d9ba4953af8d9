/*
 * What Node cannot do and Pincer needs, as one Node-API addon. Each file has one idea; addon.c lists what JavaScript sees
 * and addon.ts says how it is called. Node-API version 8 and libuv 1 keep their binary interface: one build serves every
 * Node from 16 on.
 *
 * Functions take numbers, strings and functions by position, never objects: reading a property could run JavaScript in
 * the middle of a call. What fails throws an Error with the kernel's name as `code` and the call as `syscall`; the
 * functions here then answer NULL or false, and the caller only has to return.
 */
#ifndef PINCER_NATIVE_H
#define PINCER_NATIVE_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The longest message that the kernel takes in one I2C_RDWR (i2c-dev.c, i2cdev_ioctl_rdwr). */
#define I2C_MESSAGE_BYTES_MAX 8192

/* The arguments of a call. At least `count` must be there. */
bool get_arguments(napi_env env, napi_callback_info info, const char *call, size_t count, napi_value *arguments);

/* A whole number from `min` to `max`. */
bool get_integer(napi_env env, napi_value value, const char *call, int64_t min, int64_t max, int64_t *integer);

/* A string without NUL of 1 to `size` - 1 bytes, ended by NUL. */
bool get_text(napi_env env, napi_value value, const char *call, char *text, size_t size);

/* A function, held by the reference until it is deleted; null leaves NULL there. */
bool get_callback(napi_env env, napi_value value, const char *call, napi_ref *callback);

/* Whether the value is null or undefined. */
bool is_absent(napi_env env, napi_value value);

/* Throw, and answer NULL. `error` is an errno. */
napi_value throw_error(napi_env env, int error, const char *call);
napi_value throw_argument(napi_env env, const char *call, const char *expected);

/* The kernel's name of an errno as a string, for example EBUSY. */
napi_value error_name(napi_env env, int error);

/* Calls the function from the event loop; what it throws is an uncaught exception. */
void call_back(napi_env env, napi_value function, size_t count, const napi_value *arguments);

/* Sets a property that cannot fail but when the environment is ending. */
void set_property(napi_env env, napi_value object, const char *name, napi_value value);

/*
 * ioctl that no signal meets; answers -1 with errno. Some drivers of buses give a transfer up when one comes, and the end
 * of any child is one: a relay behind an expander was then not switched.
 */
int ioctl_undisturbed(int fd, unsigned long request, void *argument);

/* The file descriptor of a line that is held, for what else drives it; throws and answers -1 for any other value. */
int gpio_line_fd(napi_env env, napi_value handle, const char *call);

/*
 * The adapter of an open device file; answers an errno. The calls of I2C mean something else to other devices: only an
 * adapter may get them.
 */
int i2c_check_adapter(int fd, dev_t *adapter);

napi_value gpio_chip(napi_env env, napi_callback_info info);
napi_value gpio_request(napi_env env, napi_callback_info info);
napi_value gpio_get(napi_env env, napi_callback_info info);
napi_value gpio_set(napi_env env, napi_callback_info info);
napi_value gpio_reconfigure(napi_env env, napi_callback_info info);
napi_value gpio_release(napi_env env, napi_callback_info info);
napi_value gpio_flags(napi_env env);

napi_value i2c_transfer(napi_env env, napi_callback_info info);
napi_value i2c_set_timeout(napi_env env, napi_callback_info info);

napi_value watchdog_start(napi_env env, napi_callback_info info);
napi_value watchdog_add_line(napi_env env, napi_callback_info info);
napi_value watchdog_add_file(napi_env env, napi_callback_info info);
napi_value watchdog_remove(napi_env env, napi_callback_info info);
napi_value watchdog_stop(napi_env env, napi_callback_info info);

napi_value undisturbed(napi_env env, napi_callback_info info);

napi_value notify(napi_env env, napi_callback_info info);
napi_value peer_user_id(napi_env env, napi_callback_info info);

napi_value clock_is_kept(napi_env env, napi_callback_info info);

#endif
