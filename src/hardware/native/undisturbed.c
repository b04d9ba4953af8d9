/*
 * System calls that no signal meets. Behind the driver of a line, an LED or a PWM channel there may be a bus whose adapter
 * gives up a transfer for one; whether the chip took it is then unknown.
 */
#include "native.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>

static void hold_signals(sigset_t *before)
{
	sigset_t all;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, before);
}

int ioctl_undisturbed(int fd, unsigned long request, void *argument)
{
	sigset_t before;
	int result, error;
	hold_signals(&before);
	do
		result = ioctl(fd, request, argument);
	while (result == -1 && errno == EINTR);
	error = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return result;
}

/* undisturbed(work): calls the function now and answers, or throws, as it does. */
napi_value undisturbed(napi_env env, napi_callback_info info)
{
	static const char call[] = "undisturbed";
	napi_value work, receiver, result = NULL;
	napi_valuetype type;
	sigset_t before;
	if (!get_arguments(env, info, call, 1, &work))
		return NULL;
	if (napi_typeof(env, work, &type) != napi_ok || type != napi_function)
		return throw_argument(env, call, "a function");
	if (napi_get_undefined(env, &receiver) != napi_ok)
		return NULL;
	hold_signals(&before);
	/* What it throws stays pending, and is thrown where this was called. */
	if (napi_call_function(env, receiver, work, 0, NULL, &result) != napi_ok)
		result = NULL;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result;
}
