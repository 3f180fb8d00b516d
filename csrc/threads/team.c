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

static void make_bed(struct pn_bed *bed)
{
    (void)bed;
}

static void clear_bed(struct pn_bed *bed)
{
    (void)bed;
}

static void sleep_until_other_than(struct pn_bed *bed, size_t *counter, size_t value)
{
    (void)bed;
    while (READ(*counter) == value)
        SwitchToThread();
}

static void change(struct pn_bed *bed, size_t *counter, size_t value)
{
    (void)bed;
    WRITE(*counter, value);
}

#else

static void make_bed(struct pn_bed *bed)
{
    pthread_mutex_init(&bed->mutex, NULL);
    pthread_cond_init(&bed->changed, NULL);
}

static void clear_bed(struct pn_bed *bed)
{
    pthread_cond_destroy(&bed->changed);
    pthread_mutex_destroy(&bed->mutex);
}

static void sleep_until_other_than(struct pn_bed *bed, size_t *counter, size_t value)
{
    pthread_mutex_lock(&bed->mutex);
    while (READ(*counter) == value)
        pthread_cond_wait(&bed->changed, &bed->mutex);
    pthread_mutex_unlock(&bed->mutex);
}

static void change(struct pn_bed *bed, size_t *counter, size_t value)
{
    pthread_mutex_lock(&bed->mutex);
    WRITE(*counter, value);
    pthread_cond_broadcast(&bed->changed);
    pthread_mutex_unlock(&bed->mutex);
}

#endif

static void wait_until_other_than(struct pn_bed *bed, size_t *counter, size_t value)
{
    size_t looks;
    for (looks = 0; READ(*counter) == value; looks++) {
        if (looks == PATIENCE) {
            sleep_until_other_than(bed, counter, value);
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
    wait_until_other_than(&team->bed, &team->members, 0);
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
    make_bed(&team->bed);
    for (; made < members && made < PN_MOST_THREADS; made++) {
        all[made].team = team;
        all[made].number = made;
        if (!begin(&threads[made], &all[made]))
            break;
    }
    change(&team->bed, &team->members, made); /* and they start */
    work(task, 0, team);
    for (i = 1; i < made; i++)
        end(threads[i]);
    clear_bed(&team->bed);
}

void pn_team_wait(struct pn_team *team)
{
    size_t phase = READ(team->phase);
    if (ADD(team->arrived) + 1 == team->members) {
        team->arrived = 0;
        if (team->members > 1)
            change(&team->bed, &team->phase, phase + 1);
    } else {
        wait_until_other_than(&team->bed, &team->phase, phase);
    }
}

#endif
