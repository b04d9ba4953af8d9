/* Values from JavaScript and back: arguments, errors, calls. */
#include "native.h"

#include <errno.h>
#include <string.h>
#include <uv.h>

bool get_arguments(napi_env env, napi_callback_info info, const char *call, size_t count, napi_value *arguments)
{
	size_t given = count;
	if (napi_get_cb_info(env, info, &given, arguments, NULL, NULL) != napi_ok || given < count) {
		throw_argument(env, call, "more arguments");
		return false;
	}
	return true;
}

bool get_integer(napi_env env, napi_value value, const char *call, int64_t min, int64_t max, int64_t *integer)
{
	double number;
	/* Written so that NaN fails; the bounds are far below 2^53, where every whole number is a double. */
	if (napi_get_value_double(env, value, &number) != napi_ok || !(number >= (double)min && number <= (double)max) ||
	    (double)(int64_t)number != number) {
		throw_argument(env, call, "a whole number in range");
		return false;
	}
	*integer = (int64_t)number;
	return true;
}

bool get_text(napi_env env, napi_value value, const char *call, char *text, size_t size)
{
	size_t length;
	if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok || length == 0 || length >= size ||
	    napi_get_value_string_utf8(env, value, text, size, &length) != napi_ok || memchr(text, '\0', length) != NULL) {
		throw_argument(env, call, "a string without NUL that is neither empty nor too long");
		return false;
	}
	return true;
}

bool get_callback(napi_env env, napi_value value, const char *call, napi_ref *callback)
{
	napi_valuetype type;
	*callback = NULL;
	if (is_absent(env, value))
		return true;
	if (napi_typeof(env, value, &type) != napi_ok || type != napi_function ||
	    napi_create_reference(env, value, 1, callback) != napi_ok) {
		throw_argument(env, call, "a function");
		return false;
	}
	return true;
}

bool is_absent(napi_env env, napi_value value)
{
	napi_valuetype type;
	return napi_typeof(env, value, &type) == napi_ok && (type == napi_null || type == napi_undefined);
}

napi_value error_name(napi_env env, int error)
{
	char name[64];
	napi_value text = NULL;
	/* Not strerrorname_np, which older C libraries lack. */
	uv_err_name_r(-error, name, sizeof name);
	napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &text);
	return text;
}

static napi_value throw_coded(napi_env env, int error, const char *call, const char *what)
{
	char text[256];
	napi_value message, exception, syscall;
	strcpy(text, call);
	strncat(text, ": ", sizeof text - strlen(text) - 1);
	strncat(text, what, sizeof text - strlen(text) - 1);
	if (napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message) != napi_ok ||
	    napi_create_error(env, error_name(env, error), message, &exception) != napi_ok ||
	    napi_create_string_utf8(env, call, NAPI_AUTO_LENGTH, &syscall) != napi_ok)
		return NULL;
	set_property(env, exception, "syscall", syscall);
	napi_throw(env, exception);
	return NULL;
}

napi_value throw_error(napi_env env, int error, const char *call)
{
	char text[128];
	uv_strerror_r(-error, text, sizeof text);
	return throw_coded(env, error, call, text);
}

napi_value throw_argument(napi_env env, const char *call, const char *expected)
{
	char text[128] = "expected ";
	strncat(text, expected, sizeof text - strlen(text) - 1);
	return throw_coded(env, EINVAL, call, text);
}

void call_back(napi_env env, napi_value function, size_t count, const napi_value *arguments)
{
	napi_value global, exception;
	bool threw = false;
	if (napi_get_global(env, &global) != napi_ok)
		return;
	/* It also runs what the callback left in the queues of promises and ticks. */
	napi_make_callback(env, NULL, global, function, count, arguments, NULL);
	if (napi_is_exception_pending(env, &threw) == napi_ok && threw &&
	    napi_get_and_clear_last_exception(env, &exception) == napi_ok)
		napi_fatal_exception(env, exception);
}

void set_property(napi_env env, napi_value object, const char *name, napi_value value)
{
	if (value != NULL)
		napi_set_named_property(env, object, name, value);
}
