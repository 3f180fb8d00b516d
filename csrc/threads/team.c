/* SPDX-License-Identifier: MIT */
/* Threads are made when a work begins and gone when it ends, so nothing is kept between calls. They
 * wait by looking: a work is a matter of milliseconds, its steps of microseconds. After a while
 * they sleep (with Win32, give way), so that one whose processor is taken by others finds room. */
#include "team.h"

#define PATIENCE 4000 /* looks before sleeping */

#if defined(_WIN32)

#include <windows.h>

typedef HANDLE thread;
#define ADD(counter) InterlockedExchangeAddSizeT(&(counter), 1)
#define READ(counter) InterlockedExchangeAddSizeT(&(counter), 0)
#define WRITE(counter, value) InterlockedExchangeSize(&(counter), value)
#define PAUSE() YieldProcessor()

static void InterlockedExchangeSize(size_t *counter, size_t value)
{
    InterlockedExchangePointer((void **)counter, (void *)value);
}

#elif defined(__GNUC__)

#include <pthread.h>

typedef pthread_t thread;
#define ADD(counter) __atomic_fetch_add(&(counter), 1, __ATOMIC_ACQ_REL)
#define READ(counter) __atomic_load_n(&(counter), __ATOMIC_ACQUIRE)
#define WRITE(counter, value) __atomic_store_n(&(counter), value, __ATOMIC_RELEASE)
#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
#else
#define PAUSE() ((void)0)
#endif

#else
#define ALONE
#endif

#if defined(ALONE)

void pn_team_run(struct pn_team *team, size_t members,
                 void (*work)(void *task, size_t member, struct pn_team *team), void *task)
{
    (void)members;
    team->members = 1;
    work(task, 0, team);
}

void pn_team_wait(struct pn_team *team)
{
    (void)team;
}

#else

struct member {
    struct pn_team *team;
    size_t number;
};

#if defined(_WIN32)

static void make_waiting(struct pn_waiting *waiting)
{
    (void)waiting;
}

static void clear_waiting(struct pn_waiting *waiting)
{
    (void)waiting;
}

static void sleep_until_other_than(struct pn_waiting *waiting, size_t *counter, size_t value)
{
    (void)waiting;
    while (READ(*counter) == value)
        SwitchToThread();
}

static void change(struct pn_waiting *waiting, size_t *counter, size_t value)
{
    (void)waiting;
    WRITE(*counter, value);
}

#else

static void make_waiting(struct pn_waiting *waiting)
{
    pthread_mutex_init(&waiting->mutex, NULL);
    pthread_cond_init(&waiting->changed, NULL);
}

static void clear_waiting(struct pn_waiting *waiting)
{
    pthread_cond_destroy(&waiting->changed);
    pthread_mutex_destroy(&waiting->mutex);
}

static void sleep_until_other_than(struct pn_waiting *waiting, size_t *counter, size_t value)
{
    pthread_mutex_lock(&waiting->mutex);
    while (READ(*counter) == value)
        pthread_cond_wait(&waiting->changed, &waiting->mutex);
    pthread_mutex_unlock(&waiting->mutex);
}

static void change(struct pn_waiting *waiting, size_t *counter, size_t value)
{
    pthread_mutex_lock(&waiting->mutex);
    WRITE(*counter, value);
    pthread_cond_broadcast(&waiting->changed);
    pthread_mutex_unlock(&waiting->mutex);
}

#endif

static void wait_until_other_than(struct pn_waiting *waiting, size_t *counter, size_t value)
{
    size_t looks;
    for (looks = 0; READ(*counter) == value; looks++) {
        if (looks == PATIENCE) {
            sleep_until_other_than(waiting, counter, value);
            return;
        }
        PAUSE();
    }
}

#if defined(_WIN32)
static DWORD WINAPI start(void *argument)
#else
static void *start(void *argument)
#endif
{
    struct member *member = argument;
    struct pn_team *team = member->team;
    wait_until_other_than(&team->waiting, &team->members, 0);
    team->work(team->task, member->number, team);
    return 0;
}

static int begin(thread *made, struct member *member)
{
#if defined(_WIN32)
    *made = CreateThread(NULL, 0, start, member, 0, NULL);
    return *made != NULL;
#else
    return pthread_create(made, NULL, start, member) == 0;
#endif
}

static void end(thread made)
{
#if defined(_WIN32)
    WaitForSingleObject(made, INFINITE);
    CloseHandle(made);
#else
    pthread_join(made, NULL);
#endif
}

void pn_team_run(struct pn_team *team, size_t members,
                 void (*work)(void *task, size_t member, struct pn_team *team), void *task)
{
    thread threads[PN_MOST_THREADS];
    struct member all[PN_MOST_THREADS];
    size_t made = 1, i;
    team->members = 0;
    team->arrived = 0;
    team->phase = 0;
    team->work = work;
    team->task = task;
    make_waiting(&team->waiting);
    for (; made < members && made < PN_MOST_THREADS; made++) {
        all[made].team = team;
        all[made].number = made;
        if (!begin(&threads[made], &all[made]))
            break;
    }
    change(&team->waiting, &team->members, made); /* and they start */
    work(task, 0, team);
    for (i = 1; i < made; i++)
        end(threads[i]);
    clear_waiting(&team->waiting);
}

void pn_team_wait(struct pn_team *team)
{
    size_t phase = READ(team->phase);
    if (ADD(team->arrived) + 1 == team->members) {
        team->arrived = 0;
        if (team->members > 1)
            change(&team->waiting, &team->phase, phase + 1);
    } else {
        wait_until_other_than(&team->waiting, &team->phase, phase);
    }
}

#endif
