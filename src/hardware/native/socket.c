/* Unix sockets: a word to the service manager (sd_notify(3)), and who is at the other end (SO_PEERCRED, unix(7)). */
#include "native.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NOTIFY_TEXT_BYTES_MAX 4096

/* notify(path, text): one datagram; a path that starts with @ is an abstract name. It never waits for the receiver. */
napi_value notify(napi_env env, napi_callback_info info)
{
	static const char call[] = "notify";
	napi_value arguments[2];
	char text[NOTIFY_TEXT_BYTES_MAX + 1];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (!get_arguments(env, info, call, 2, arguments) ||
	    !get_text(env, arguments[0], call, address.sun_path, sizeof address.sun_path) ||
	    !get_text(env, arguments[1], call, text, sizeof text))
		return NULL;
	size_t size = offsetof(struct sockaddr_un, sun_path) + strlen(address.sun_path);
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0'; /* an abstract name is as long as it is, without a NUL behind it */
	else if (address.sun_path[0] != '/')
		return throw_argument(env, call, "an absolute path, or a name behind @");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return throw_error(env, errno, "socket");
	ssize_t sent = sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&address, (socklen_t)size);
	int error = errno;
	close(fd);
	return sent == -1 ? throw_error(env, error, "sendto") : NULL;
}

/* peerUserId(fd): the user who connected the Unix socket, as the kernel knows it. */
napi_value peer_user_id(napi_env env, napi_callback_info info)
{
	static const char call[] = "peerUserId";
	napi_value argument, id = NULL;
	int64_t fd;
	struct ucred peer;
	socklen_t size = sizeof peer;
	if (!get_arguments(env, info, call, 1, &argument) || !get_integer(env, argument, call, 0, INT32_MAX, &fd))
		return NULL;
	if (getsockopt((int)fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == -1)
		return throw_error(env, errno, "SO_PEERCRED");
	/* What the kernel answers for a socket that is no Unix socket, or not connected. */
	if (peer.uid == (uid_t)-1)
		return throw_error(env, ENOTCONN, "SO_PEERCRED");
	napi_create_uint32(env, peer.uid, &id);
	return id;
}
