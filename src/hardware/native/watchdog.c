/*
 * Drives outputs safe when the event loop has been stuck: JavaScript cannot do it then, and a timer of the loop neither.
 *
 * While something is watched, the loop pushes a timer of the kernel ahead every half of the time; a thread waits for that
 * timer to run out, and does nothing else. A loop that stops just before it would push is therefore found after half of the
 * time, one that stops just behind after all of it. So it costs no wake-up of its own, and no wake-up at all while nothing is
 * watched. When it runs out, the thread drives what is watched, by its own copies of the descriptors, and leaves a note
 * for the loop. What keeps the loop may be a calculation or a system call; a process that is stopped as a whole (SIGSTOP)
 * is not helped by this.
 *
 * There is one of it in a process, for there is one loop that drives outputs.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <uv.h>

#include "native.h"
#include "watched.h"

/* Enough for a loop over ioctl and pwrite; the C library's own default would reserve 8 MB. */
#define STACK_BYTES (64 * 1024)

static struct {
	napi_env env; /* NULL while it is not started */
	int64_t stuck_ms;
	napi_ref on_fired;
	napi_async_cleanup_hook_handle cleanup;
	uv_timer_t feeder;
	uv_async_t note;
	unsigned open_handles;
	pthread_t thread;
	int timer; /* of the kernel */
	atomic_bool is_ending;
} watchdog = {.timer = -1};

static void *wait_for_timer(void *unused)
{
	uint64_t times;
	(void)unused;
	for (;;) {
		if (read(watchdog.timer, &times, sizeof times) == -1) {
			if (errno == EINTR)
				continue;
			return NULL;
		}
		if (watchdog.is_ending)
			return NULL;
		if (watched_drive())
			uv_async_send(&watchdog.note);
	}
}

static void set_timer(int64_t ms)
{
	struct itimerspec time = {.it_value = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}};
	timerfd_settime(watchdog.timer, 0, &time, NULL);
}

static void feed(uv_timer_t *feeder)
{
	(void)feeder;
	set_timer(watchdog.stuck_ms);
}

static void on_note(uv_async_t *note)
{
	napi_handle_scope scope;
	napi_value function;
	(void)note;
	if (napi_open_handle_scope(watchdog.env, &scope) != napi_ok)
		return;
	if (napi_get_reference_value(watchdog.env, watchdog.on_fired, &function) == napi_ok)
		call_back(watchdog.env, function, 0, NULL);
	napi_close_handle_scope(watchdog.env, scope);
}

static void on_closed(uv_handle_t *handle)
{
	(void)handle;
	if (--watchdog.open_handles > 0)
		return;
	napi_async_cleanup_hook_handle cleanup = watchdog.cleanup;
	watchdog.env = NULL;
	napi_remove_async_cleanup_hook(cleanup);
}

/* Watches nothing any more and ends the thread. Only when on_closed has run it can be started again. */
static void stop(void)
{
	if (watchdog.is_ending)
		return;
	watchdog.is_ending = true;
	watched_remove_all();
	set_timer(1);
	pthread_join(watchdog.thread, NULL);
	close(watchdog.timer);
	watchdog.timer = -1;
	napi_delete_reference(watchdog.env, watchdog.on_fired);
	uv_close((uv_handle_t *)&watchdog.feeder, on_closed);
	uv_close((uv_handle_t *)&watchdog.note, on_closed);
}

static void on_environment_end(napi_async_cleanup_hook_handle handle, void *data)
{
	(void)handle; /* on_closed removes it, and only then the environment may end */
	(void)data;
	stop();
}

/* Signals are the loop's affair. */
static int start_thread(void)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	size_t least = (size_t)PTHREAD_STACK_MIN;
	sigfillset(&all);
	int error = pthread_attr_init(&attributes);
	if (error != 0)
		return error;
	pthread_attr_setstacksize(&attributes, STACK_BYTES < least ? least : STACK_BYTES);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&watchdog.thread, &attributes, wait_for_timer, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

/*
 * watchdogStart(stuckMs, onFired): onFired() is called, as soon as the loop runs again, each time that something was
 * driven.
 */
napi_value watchdog_start(napi_env env, napi_callback_info info)
{
	static const char call[] = "watchdogStart";
	napi_value arguments[2];
	uv_loop_t *loop;
	if (!get_arguments(env, info, call, 2, arguments))
		return NULL;
	if (watchdog.env != NULL)
		return throw_error(env, EBUSY, call);
	if (!get_integer(env, arguments[0], call, 2, INT32_MAX, &watchdog.stuck_ms))
		return NULL;
	if (is_absent(env, arguments[1]))
		return throw_argument(env, call, "a function");
	if (napi_get_uv_event_loop(env, &loop) != napi_ok || !get_callback(env, arguments[1], call, &watchdog.on_fired))
		return NULL;
	watchdog.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	int error = watchdog.timer == -1 ? errno : 0;
	watchdog.is_ending = false;
	/* Last what can only be undone by the loop. */
	if (error == 0)
		error = start_thread();
	if (error == 0) {
		error = -uv_async_init(loop, &watchdog.note, on_note);
		if (error == 0) {
			uv_timer_init(loop, &watchdog.feeder);
			uv_unref((uv_handle_t *)&watchdog.note);
			uv_unref((uv_handle_t *)&watchdog.feeder);
			watchdog.open_handles = 2;
			watchdog.env = env;
			watchdog.cleanup = NULL;
			if (napi_add_async_cleanup_hook(env, on_environment_end, NULL, &watchdog.cleanup) == napi_ok)
				return NULL;
			/* Else the environment could end under the thread. */
			stop();
			return throw_error(env, ENOMEM, call);
		}
		watchdog.is_ending = true;
		set_timer(1);
		pthread_join(watchdog.thread, NULL);
	}
	if (watchdog.timer != -1)
		close(watchdog.timer);
	watchdog.timer = -1;
	napi_delete_reference(env, watchdog.on_fired);
	return throw_error(env, error, call);
}

/* Answers the number of what is watched from now on. */
static napi_value add(napi_env env, const char *call, int fd, const struct safe_state *safe)
{
	napi_value number = NULL;
	bool is_first = watched_is_empty();
	uint32_t id;
	int error = watched_add(fd, safe, &id);
	if (error != 0)
		return throw_error(env, error, call);
	if (is_first) {
		set_timer(watchdog.stuck_ms);
		uv_timer_start(&watchdog.feeder, feed, (uint64_t)watchdog.stuck_ms / 2, (uint64_t)watchdog.stuck_ms / 2);
	}
	napi_create_uint32(env, id, &number);
	return number;
}

static bool is_started(napi_env env, const char *call)
{
	if (watchdog.env == env && !watchdog.is_ending)
		return true;
	throw_error(env, EBADF, call);
	return false;
}

/* watchdogAddLine(handle, level): a number for watchdogRemove. The line stays requested until it is removed. */
napi_value watchdog_add_line(napi_env env, napi_callback_info info)
{
	static const char call[] = "watchdogAddLine";
	napi_value arguments[2];
	int64_t level;
	if (!get_arguments(env, info, call, 2, arguments) || !is_started(env, call) ||
	    !get_integer(env, arguments[1], call, 0, 1, &level))
		return NULL;
	int fd = gpio_line_fd(env, arguments[0], call);
	if (fd == -1)
		return NULL;
	struct safe_state safe = {.level = (uint64_t)level};
	return add(env, call, fd, &safe);
}

/* watchdogAddFile(fd, text): the same for a file that is written, such as the brightness of an LED. */
napi_value watchdog_add_file(napi_env env, napi_callback_info info)
{
	static const char call[] = "watchdogAddFile";
	napi_value arguments[2];
	int64_t fd;
	struct safe_state safe = {0};
	if (!get_arguments(env, info, call, 2, arguments) || !is_started(env, call) ||
	    !get_integer(env, arguments[0], call, 0, INT32_MAX, &fd) ||
	    !get_text(env, arguments[1], call, safe.text, sizeof safe.text))
		return NULL;
	safe.length = strlen(safe.text);
	return add(env, call, (int)fd, &safe);
}

/* watchdogRemove(number): may be called any number of times. When it returns, this is not driven any more. */
napi_value watchdog_remove(napi_env env, napi_callback_info info)
{
	static const char call[] = "watchdogRemove";
	napi_value argument;
	int64_t id;
	if (!get_arguments(env, info, call, 1, &argument) || !get_integer(env, argument, call, 1, UINT32_MAX, &id) ||
	    watchdog.env != env || watchdog.is_ending)
		return NULL;
	watched_remove((uint32_t)id);
	if (watched_is_empty()) {
		uv_timer_stop(&watchdog.feeder);
		set_timer(0);
	}
	return NULL;
}

/* watchdogStop(): watches nothing any more. May be called any number of times. */
napi_value watchdog_stop(napi_env env, napi_callback_info info)
{
	(void)info;
	if (watchdog.env == env)
		stop();
	return NULL;
}
