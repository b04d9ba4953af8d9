/*
 * I2C transactions that i2c-bus cannot do: I2C_RDWR of <linux/i2c-dev.h> with struct i2c_msg of <linux/i2c.h>, what is
 * written and, after a repeated start, what is read, with one STOP (Documentation/i2c/dev-interface.rst).
 *
 * A bus that is stuck keeps its caller for as long as the adapter likes. Each transfer therefore has a thread of its own,
 * and each adapter at most one transfer: a stuck bus costs one sleeping thread, and the four threads on which Node reads
 * files stay free.
 *
 * The thread and the event loop each keep the memory of a transfer; it goes with the last of them.
 */
#include "native.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

/* It calls the kernel and nothing else. */
#define THREAD_STACK_BYTES (256 * 1024)

struct transfer {
	napi_env env;
	napi_ref on_done;
	napi_async_cleanup_hook_handle cleanup;
	uv_async_t wake;
	dev_t adapter;
	int fd;
	struct i2c_msg messages[2];
	uint32_t count;
	/* Set by the thread before it is finished: */
	int done;
	int error;
	/* Guarded by `lock`: */
	bool is_finished;
	bool is_abandoned; /* the event loop listens no more */
	bool is_closed;
	struct transfer *next;
	/* What is written, then what is read. */
	uint8_t bytes[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct transfer *running;

/* Takes the adapter; answers whether it was free. */
static bool enter(struct transfer *transfer)
{
	bool is_free = true;
	pthread_mutex_lock(&lock);
	for (struct transfer *other = running; other != NULL; other = other->next)
		is_free = is_free && other->adapter != transfer->adapter;
	if (is_free) {
		transfer->next = running;
		running = transfer;
	}
	pthread_mutex_unlock(&lock);
	return is_free;
}

/* To be called with the lock. */
static void leave(struct transfer *transfer)
{
	struct transfer **place = &running;
	while (*place != transfer)
		place = &(*place)->next;
	*place = transfer->next;
}

static void *run(void *data)
{
	struct transfer *transfer = data;
	struct i2c_rdwr_ioctl_data all = {.msgs = transfer->messages, .nmsgs = transfer->count};
	transfer->done = ioctl_undisturbed(transfer->fd, I2C_RDWR, &all);
	transfer->error = transfer->done == -1 ? errno : 0;
	close(transfer->fd);

	pthread_mutex_lock(&lock);
	leave(transfer);
	transfer->is_finished = true;
	bool is_last = transfer->is_closed;
	if (!transfer->is_abandoned)
		uv_async_send(&transfer->wake);
	pthread_mutex_unlock(&lock);
	if (is_last)
		free(transfer);
	return NULL;
}

static void on_closed(uv_handle_t *handle)
{
	struct transfer *transfer = handle->data;
	napi_remove_async_cleanup_hook(transfer->cleanup);
	pthread_mutex_lock(&lock);
	transfer->is_closed = true;
	bool is_last = transfer->is_finished;
	pthread_mutex_unlock(&lock);
	if (is_last)
		free(transfer);
}

/* The loop lets go of the transfer. Whoever waits for it is told nothing any more. */
static void stop_listening(struct transfer *transfer)
{
	if (uv_is_closing((uv_handle_t *)&transfer->wake))
		return;
	pthread_mutex_lock(&lock);
	transfer->is_abandoned = true;
	pthread_mutex_unlock(&lock);
	uv_close((uv_handle_t *)&transfer->wake, on_closed);
	napi_delete_reference(transfer->env, transfer->on_done);
}

static void on_environment_end(napi_async_cleanup_hook_handle handle, void *data)
{
	(void)handle; /* on_closed removes it, and only then the environment may end */
	stop_listening(data);
}

/* What was read; nothing when not every message was done. */
static napi_value bytes_read(struct transfer *transfer)
{
	const struct i2c_msg *last = &transfer->messages[transfer->count - 1];
	bool is_whole = transfer->done == (int)transfer->count && (last->flags & I2C_M_RD) != 0;
	size_t size = is_whole ? last->len : 0;
	napi_value buffer, array = NULL;
	void *data;
	if (napi_create_arraybuffer(transfer->env, size, &data, &buffer) != napi_ok)
		return NULL;
	if (size > 0)
		memcpy(data, last->buf, size);
	napi_create_typedarray(transfer->env, napi_uint8_array, size, buffer, 0, &array);
	return array;
}

static void on_wake(uv_async_t *wake)
{
	struct transfer *transfer = wake->data;
	napi_env env = transfer->env;
	napi_handle_scope scope;
	napi_value arguments[3], function;
	if (napi_open_handle_scope(env, &scope) != napi_ok)
		return;
	arguments[0] = transfer->error == 0 ? NULL : error_name(env, transfer->error);
	arguments[2] = bytes_read(transfer);
	/* Only in an environment that ends one of these fails: then nobody waits any more. */
	bool listens = (arguments[0] != NULL || napi_get_null(env, &arguments[0]) == napi_ok) &&
		       napi_create_int32(env, transfer->done, &arguments[1]) == napi_ok && arguments[2] != NULL &&
		       napi_get_reference_value(env, transfer->on_done, &function) == napi_ok;
	stop_listening(transfer);
	if (listens)
		call_back(env, function, 3, arguments);
	napi_close_handle_scope(env, scope);
}

/* Starts the thread with every signal blocked: they are for the main thread, and would break off the transfer. */
static int start(struct transfer *transfer)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int error = pthread_attr_init(&attributes);
	if (error != 0)
		return error;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &attributes, run, transfer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

/*
 * Takes the adapter, listens and starts; answers an errno. Behind a failure the transfer is gone: at once, or where the
 * loop listens already, when that has ended.
 */
static int launch(struct transfer *transfer, uv_loop_t *loop)
{
	int error = -uv_async_init(loop, &transfer->wake, on_wake);
	if (error != 0) {
		close(transfer->fd);
		napi_delete_reference(transfer->env, transfer->on_done);
		free(transfer);
		return error;
	}
	transfer->wake.data = transfer;
	if (napi_add_async_cleanup_hook(transfer->env, on_environment_end, transfer, &transfer->cleanup) != napi_ok)
		error = ENOMEM;
	else if (!enter(transfer))
		error = EBUSY;
	else {
		error = start(transfer);
		if (error == 0)
			return 0;
		pthread_mutex_lock(&lock);
		leave(transfer);
		pthread_mutex_unlock(&lock);
	}
	close(transfer->fd);
	transfer->is_finished = true;
	stop_listening(transfer);
	return error;
}

/* The bytes of what is to be written; nothing is written for null, and a message without bytes for an empty array. */
static bool get_bytes(napi_env env, napi_value value, const char *call, bool *writes, uint8_t **bytes, size_t *size)
{
	napi_typedarray_type type;
	void *data = NULL;
	*bytes = NULL;
	*size = 0;
	*writes = !is_absent(env, value);
	if (!*writes)
		return true;
	if (napi_get_typedarray_info(env, value, &type, size, &data, NULL, NULL) != napi_ok || type != napi_uint8_array ||
	    *size > I2C_MESSAGE_BYTES_MAX) {
		throw_argument(env, call, "a Uint8Array of at most 8192 bytes");
		return false;
	}
	*bytes = data;
	return true;
}

static void add_message(struct transfer *transfer, int64_t address, bool reads, uint8_t *bytes, size_t size)
{
	struct i2c_msg *message = &transfer->messages[transfer->count++];
	message->addr = (uint16_t)address;
	message->flags = reads ? I2C_M_RD : 0;
	message->len = (uint16_t)size;
	message->buf = bytes;
}

/*
 * i2cTransfer(fd, address, write, readBytes, onDone): onDone(code, messagesDone, bytes) with the kernel's name of the
 * error, or null. Fewer messages than were asked for mean that nothing answered: some adapters tell it in no other way.
 * Throws EBUSY while this adapter has a transfer, ENOTTY for what is no adapter. The descriptor may be closed meanwhile.
 */
napi_value i2c_transfer(napi_env env, napi_callback_info info)
{
	static const char call[] = "i2cTransfer";
	napi_value arguments[5];
	int64_t fd, address, read_size;
	bool writes;
	uint8_t *written;
	size_t write_size;
	dev_t adapter;
	uv_loop_t *loop;
	napi_ref on_done;
	if (!get_arguments(env, info, call, 5, arguments) || !get_integer(env, arguments[0], call, 0, INT32_MAX, &fd) ||
	    !get_integer(env, arguments[1], call, 0, 0x7f, &address) ||
	    !get_bytes(env, arguments[2], call, &writes, &written, &write_size) ||
	    !get_integer(env, arguments[3], call, 0, I2C_MESSAGE_BYTES_MAX, &read_size))
		return NULL;
	if (!writes && read_size == 0)
		return throw_argument(env, call, "something to write or to read");
	int error = i2c_check_adapter((int)fd, &adapter);
	if (error != 0)
		return throw_error(env, error, "I2C_RDWR");
	if (!get_callback(env, arguments[4], call, &on_done))
		return NULL;
	/* Its own descriptor: the caller may close his while the thread is not yet in the kernel. */
	int own = fcntl((int)fd, F_DUPFD_CLOEXEC, 0);
	struct transfer *transfer = own == -1 ? NULL : calloc(1, sizeof *transfer + write_size + (size_t)read_size);
	if (transfer == NULL || napi_get_uv_event_loop(env, &loop) != napi_ok) {
		error = own == -1 ? errno : ENOMEM;
		if (own != -1)
			close(own);
		free(transfer);
		if (on_done != NULL)
			napi_delete_reference(env, on_done);
		return throw_error(env, error, call);
	}
	transfer->env = env;
	transfer->on_done = on_done;
	transfer->adapter = adapter;
	transfer->fd = own;
	if (writes) {
		if (write_size > 0)
			memcpy(transfer->bytes, written, write_size);
		add_message(transfer, address, false, transfer->bytes, write_size);
	}
	if (read_size > 0)
		add_message(transfer, address, true, transfer->bytes + write_size, (size_t)read_size);
	error = launch(transfer, loop);
	return error == 0 ? NULL : throw_error(env, error, "I2C_RDWR");
}
