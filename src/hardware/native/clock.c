/* Whether something keeps the wall clock right, as the kernel knows it (adjtimex(2)). */
#include "native.h"

#include <errno.h>
#include <sys/timex.h>

/*
 * clockIsKept(): timesyncd and ntpd tell the kernel that they keep the clock, chrony where it is told to (rtcsync). The
 * kernel forgets it when they have not said it for some hours. Nothing is changed and no right is needed; a sandbox may
 * refuse the call all the same.
 */
napi_value clock_is_kept(napi_env env, napi_callback_info info)
{
	(void)info;
	struct timex state = {.modes = 0};
	napi_value is_kept = NULL;
	int answer = adjtimex(&state);
	if (answer == -1)
		return throw_error(env, errno, "adjtimex");
	napi_get_boolean(env, answer != TIME_ERROR && !(state.status & STA_UNSYNC), &is_kept);
	return is_kept;
}
