/* The outputs that the watchdog drives safe, each by a descriptor of its own, in a list under one lock. */
#include "watched.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "native.h"

struct watched {
	struct watched *next;
	uint32_t id;
	int fd;
	struct safe_state safe;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct watched *first;
static uint32_t last_id;

int watched_add(int fd, const struct safe_state *safe, uint32_t *id)
{
	struct watched *watched = malloc(sizeof *watched);
	if (watched == NULL)
		return ENOMEM;
	watched->safe = *safe;
	/* Of its own: whatever happens to the other one, this never becomes something else's. */
	watched->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (watched->fd == -1) {
		int error = errno;
		free(watched);
		return error;
	}
	pthread_mutex_lock(&lock);
	*id = watched->id = ++last_id;
	watched->next = first;
	first = watched;
	pthread_mutex_unlock(&lock);
	return 0;
}

/* Takes what `link` points at out of the list. To be called with the lock. */
static void forget(struct watched **link)
{
	struct watched *watched = *link;
	*link = watched->next;
	close(watched->fd);
	free(watched);
}

void watched_remove(uint32_t id)
{
	pthread_mutex_lock(&lock);
	struct watched **link = &first;
	while (*link != NULL && (*link)->id != id)
		link = &(*link)->next;
	if (*link != NULL)
		forget(link);
	pthread_mutex_unlock(&lock);
}

void watched_remove_all(void)
{
	pthread_mutex_lock(&lock);
	while (first != NULL)
		forget(&first);
	pthread_mutex_unlock(&lock);
}

bool watched_is_empty(void)
{
	pthread_mutex_lock(&lock);
	bool is_empty = first == NULL;
	pthread_mutex_unlock(&lock);
	return is_empty;
}

static void drive(const struct watched *watched)
{
	const struct safe_state *safe = &watched->safe;
	struct gpio_v2_line_values values = {.bits = safe->level, .mask = 1};
	if (safe->length == 0)
		ioctl_undisturbed(watched->fd, GPIO_V2_LINE_SET_VALUES_IOCTL, &values);
	else
		while (pwrite(watched->fd, safe->text, safe->length, 0) == -1 && errno == EINTR)
			;
}

bool watched_drive(void)
{
	pthread_mutex_lock(&lock);
	bool is_empty = first == NULL;
	for (const struct watched *each = first; each != NULL; each = each->next)
		drive(each);
	pthread_mutex_unlock(&lock);
	return !is_empty;
}
