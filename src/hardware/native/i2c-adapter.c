/* An I2C adapter by its open device file, <linux/i2c-dev.h>: whether it is one, and how long it waits. */
#include "native.h"

#include <errno.h>
#include <linux/i2c-dev.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Documentation/admin-guide/devices.txt */
#define I2C_MAJOR 89

int i2c_check_adapter(int fd, dev_t *adapter)
{
	struct stat status;
	if (fstat(fd, &status) == -1)
		return errno;
	if (!S_ISCHR(status.st_mode) || major(status.st_rdev) != I2C_MAJOR)
		return ENOTTY;
	*adapter = status.st_rdev;
	return 0;
}

/* i2cSetTimeout(fd, timeoutMs, retries): of the adapter, for everybody who uses it. It counts in steps of 10 ms. */
napi_value i2c_set_timeout(napi_env env, napi_callback_info info)
{
	static const char call[] = "i2cSetTimeout";
	napi_value arguments[3];
	int64_t fd, timeout_ms, retries;
	dev_t adapter;
	if (!get_arguments(env, info, call, 3, arguments) || !get_integer(env, arguments[0], call, 0, INT32_MAX, &fd) ||
	    !get_integer(env, arguments[1], call, 1, 3600000, &timeout_ms) ||
	    !get_integer(env, arguments[2], call, 0, 100, &retries))
		return NULL;
	int error = i2c_check_adapter((int)fd, &adapter);
	if (error != 0)
		return throw_error(env, error, "I2C_TIMEOUT");
	if (ioctl((int)fd, I2C_TIMEOUT, (unsigned long)(timeout_ms + 9) / 10) == -1)
		return throw_error(env, errno, "I2C_TIMEOUT");
	if (ioctl((int)fd, I2C_RETRIES, (unsigned long)retries) == -1)
		return throw_error(env, errno, "I2C_RETRIES");
	return NULL;
}
