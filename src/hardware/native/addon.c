/* What JavaScript sees of this addon. */
#include "native.h"

static const struct {
	const char *name;
	napi_callback function;
} functions[] = {
	{"gpioChip", gpio_chip},
	{"gpioRequest", gpio_request},
	{"gpioGet", gpio_get},
	{"gpioSet", gpio_set},
	{"gpioReconfigure", gpio_reconfigure},
	{"gpioRelease", gpio_release},
	{"i2cTransfer", i2c_transfer},
	{"i2cSetTimeout", i2c_set_timeout},
	{"watchdogStart", watchdog_start},
	{"watchdogAddLine", watchdog_add_line},
	{"watchdogAddFile", watchdog_add_file},
	{"watchdogRemove", watchdog_remove},
	{"watchdogStop", watchdog_stop},
	{"undisturbed", undisturbed},
	{"notify", notify},
	{"peerUserId", peer_user_id},
	{"clockIsKept", clock_is_kept},
};

NAPI_MODULE_INIT()
{
	for (size_t index = 0; index < sizeof functions / sizeof functions[0]; index++) {
		napi_value function;
		const char *name = functions[index].name;
		if (napi_create_function(env, name, NAPI_AUTO_LENGTH, functions[index].function, NULL, &function) != napi_ok)
			return NULL;
		set_property(env, exports, name, function);
	}
	set_property(env, exports, "gpioFlags", gpio_flags(env));
	return exports;
}
