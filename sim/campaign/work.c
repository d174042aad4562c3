/* SPDX-License-Identifier: MIT */
/* work.c - processes that do the runs. */
#include "sim/campaign/work.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/campaign/outcome.h"
#include "sim/campaign/plan.h"

#define ARGUMENTS_MAX 80U
#define JOBS_MAX      64U

enum progress {
	TASK_WAITS,
	TASK_RUNS,
	TASK_DONE,
	TASK_FAILED
};

struct job {
	pid_t pid;
	size_t task;
	double begin;
};

/* One work_run(). */
struct shift {
	struct work *work;
	const struct task_list *list;
	enum progress *progress;
	struct job job[JOBS_MAX];
	unsigned busy;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool make_directory(const char *path, struct error *err)
{
	return mkdir(path, 0777) == 0 || errno == EEXIST ||
	       error_set(err, EXIT_HOST_IO, "cannot create directory %s: %s", path,
			 strerror(errno));
}

bool work_begin(struct work *work, const char *directory, unsigned jobs, struct error *err)
{
	char path[PATH_MAX];
	sigset_t signals;

	*work = (struct work){ .directory = directory,
			       .lock = -1,
			       .jobs = jobs < JOBS_MAX ? jobs : JOBS_MAX };
	if (snprintf(path, sizeof(path), "%s/runs", directory) >= (int)sizeof(path) - 64) {
		return error_set(err, EXIT_USAGE, "--out: the name of the directory is too long");
	}
	if (!make_directory(directory, err) || !make_directory(path, err)) {
		return false;
	}
	work->lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (work->lock < 0 || flock(work->lock, LOCK_EX | LOCK_NB) != 0) {
		return error_set(err, EXIT_HOST_IO, "--out: %s is in use by another process",
				 directory);
	}
	/* They are waited for in work_run(): no handlers. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	work->store = result_store_open(directory, err);
	return work->store != NULL;
}

void work_end(struct work *work)
{
	result_store_close(work->store);
	work->store = NULL;
	if (work->lock >= 0) {
		close(work->lock);
		work->lock = -1;
	}
}

/* Folder of a run's results; with a suffix, a file beside it. */
static void run_path(const struct work *work, const struct task *task, const char *suffix,
		     char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/runs/%s%s", work->directory, task->key, suffix);
}

/* The checkpoint that the task goes on from. */
static void checkpoint_path(const struct work *work, const struct task *task, char path[PATH_MAX])
{
	char suffix[128];

	snprintf(suffix, sizeof(suffix), "/%s",
		 json_string_value(json_object_get(task->about, "checkpoint")));
	run_path(work, task->parent, suffix, path);
}

/* Does the file that a task needs exist? Checkpoints are large, and somebody may remove them. */
static bool has_checkpoint(const struct work *work, const struct task *task)
{
	char path[PATH_MAX];

	checkpoint_path(work, task, path);
	return access(path, R_OK) == 0;
}

/* With a result and, if another task without one goes on from it, with its checkpoint. */
static bool is_done(const struct work *work, const struct task_list *list, size_t index, bool *done,
		    struct error *err)
{
	const struct task *task = &list->task[index];
	json_t *result;

	if (!result_store_get(work->store, task->key, &result, err)) {
		return false;
	}
	*done = result != NULL;
	json_decref(result);
	for (size_t i = index + 1; *done && i < list->count; i++) {
		const struct task *child = &list->task[i];

		if (child->parent == task && !has_checkpoint(work, child)) {
			if (!result_store_get(work->store, child->key, &result, err)) {
				return false;
			}
			*done = result != NULL;
			json_decref(result);
		}
	}
	return true;
}

/* In the part that this work is to do, or needed by a task there? */
static bool is_wanted(const struct work *work, const struct task_list *list, size_t index)
{
	if (work->end == 0 || (index >= work->begin && index < work->end)) {
		return true;
	}
	for (size_t i = work->begin; i < work->end && i < list->count; i++) {
		if (list->task[i].parent == &list->task[index]) {
			return true;
		}
	}
	return false;
}

bool work_expect(struct work *work, const struct task_list *list, struct error *err)
{
	bool done;

	for (size_t i = 0; i < list->count; i++) {
		const struct task *task = &list->task[i];

		if (!is_done(work, list, i, &done, err)) {
			return false;
		}
		if (!done && is_wanted(work, list, i)) {
			work->total++;
			work->seconds_left += result_store_seconds(
				work->store, task,
				task_number(task, "seconds", PLAN_GUESS_SECONDS));
		}
	}
	return true;
}

/* Checkpoints of the configuration get the run's folder. */
static bool write_document(const struct work *work, const struct task *task, struct error *err)
{
	char path[PATH_MAX];
	json_t *document = json_deep_copy(task->document);
	json_t *steps = json_object_get(json_object_get(document, "configuration"), "console");
	json_t *step;
	size_t index;

	json_array_foreach(steps, index, step)
	{
		const char *save = json_string_value(json_object_get(step, "save"));

		if (save != NULL && save[0] != '\0') {
			char *folder = realpath(work->directory, NULL);

			json_object_set_new(step, "save",
					    json_sprintf("%s/runs/%s/%s", folder, task->key, save));
			free(folder);
		}
	}
	run_path(work, task, ".json", path);
	bool good = json_dump_file(document, path, JSON_INDENT(1) | JSON_SORT_KEYS) == 0;

	json_decref(document);
	return good || error_set(err, EXIT_HOST_IO, "cannot write %s", path);
}

/* In the new process: becomes the run. */
__attribute__((noreturn)) static void become(const struct work *work, const struct task *task,
					     pid_t parent)
{
	const json_t *options = json_object_get(task->about, "options");
	const char *symbols = json_string_value(json_object_get(task->about, "symbols"));
	const char *argv[ARGUMENTS_MAX] = { "mirrorball" };
	char directory[PATH_MAX];
	char input[PATH_MAX];
	char log[PATH_MAX];
	size_t count = 1;
	sigset_t none;

	run_path(work, task, "", directory);
	run_path(work, task, ".log", log);
	if (task->parent != NULL) {
		checkpoint_path(work, task, input);
	} else {
		run_path(work, task, ".json", input);
	}
	argv[count++] = task->parent != NULL ? "resume" : "run";
	argv[count++] = "--quiet";
	argv[count++] = "--force";
	argv[count++] = "--out";
	argv[count++] = directory;
	for (size_t i = 0; i < json_array_size(options) && count + 4 < ARGUMENTS_MAX; i++) {
		argv[count++] = json_string_value(json_array_get(options, i));
	}
	if (symbols != NULL) {
		argv[count++] = "--symbols";
		argv[count++] = symbols;
	}
	argv[count++] = input;
	argv[count] = NULL;

	/* It does not outlive whoever waits for it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int nothing = open("/dev/null", O_RDWR);
	int errors = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (nothing >= 0 && errors >= 0 && getppid() == parent) {
		dup2(nothing, STDIN_FILENO);
		dup2(nothing, STDOUT_FILENO);
		dup2(errors, STDERR_FILENO);
		execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
	}
	_exit(EXIT_HOST_IO);
}

static bool start(struct shift *shift, size_t index, struct error *err)
{
	const struct task *task = &shift->list->task[index];
	char path[PATH_MAX];

	run_path(shift->work, task, "", path);
	if (!make_directory(path, err) ||
	    (task->parent == NULL && !write_document(shift->work, task, err))) {
		return false;
	}
	fflush(NULL);
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0) {
		become(shift->work, task, parent);
	}
	if (pid < 0) {
		return error_set(err, EXIT_HOST_IO, "cannot start a process: %s", strerror(errno));
	}
	shift->job[shift->busy++] = (struct job){ .pid = pid, .task = index, .begin = now() };
	shift->progress[index] = TASK_RUNS;
	return true;
}

/* The last line of the run's log. */
static void last_line(const struct work *work, const struct task *task, char *line, int size)
{
	char path[PATH_MAX];
	char next[512];

	run_path(work, task, ".log", path);
	FILE *stream = fopen(path, "re");

	line[0] = '\0';
	while (stream != NULL && fgets(next, (int)sizeof(next), stream) != NULL) {
		next[strcspn(next, "\n")] = '\0';
		snprintf(line, (size_t)size, "%s", next);
	}
	if (stream != NULL) {
		fclose(stream);
	}
}

static void fail(struct shift *shift, size_t index, int status)
{
	struct work *work = shift->work;
	const struct task *task = &shift->list->task[index];
	char line[512];

	shift->progress[index] = TASK_FAILED;
	last_line(work, task, line, (int)sizeof(line));
	if (work->failed++ == 0) {
		int code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_HOST_IO;

		error_set(&work->why, (enum exit_code)code, "%s %s: %s%s", task->experiment,
			  task->name, WIFSIGNALED(status) ? "ended by a signal " : "", line);
	}
	fprintf(stderr, "mirrorball: %s %s has no result: %s\n", task->experiment, task->name,
		line);
}

static void show_progress(const struct work *work, const struct task *task, double seconds,
			  bool is_good)
{
	double left = work->seconds_left / work->jobs;

	if (work->is_quiet) {
		return;
	}
	fprintf(stderr, "mirrorball: %u of %u: %s %s %s in %.1f s; about %.0f %s left\n",
		work->done, work->total, task->experiment, task->name, is_good ? "done" : "failed",
		seconds, left < 120 ? left : left / 60, left < 120 ? "s" : "min");
}

static bool finish(struct shift *shift, const struct job *job, int status, struct error *err)
{
	struct work *work = shift->work;
	const struct task *task = &shift->list->task[job->task];
	double seconds = now() - job->begin;
	char path[PATH_MAX];
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_HOST_IO;

	work->done++;
	work->seconds_left -= result_store_seconds(
		work->store, task, task_number(task, "seconds", PLAN_GUESS_SECONDS));
	if (work->seconds_left < 0) {
		work->seconds_left = 0;
	}
	if (code == EXIT_USAGE || code == EXIT_HOST_IO || code > EXIT_HOST_IO) {
		fail(shift, job->task, status);
		return true;
	}
	run_path(work, task, "", path);
	json_t *outcome = outcome_read(task, path, err);

	if (outcome == NULL || !result_store_put(work->store, task, outcome, seconds, err)) {
		json_decref(outcome);
		return false;
	}
	shift->progress[job->task] = TASK_DONE;
	show_progress(work, task, seconds, json_is_true(json_object_get(outcome, "good")));
	json_decref(outcome);
	return true;
}

/* Takes the processes that have ended. */
static bool reap(struct shift *shift, struct error *err)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (unsigned i = 0; i < shift->busy; i++) {
			if (shift->job[i].pid == pid) {
				struct job job = shift->job[i];

				shift->job[i] = shift->job[--shift->busy];
				if (!finish(shift, &job, status, err)) {
					return false;
				}
				break;
			}
		}
	}
	return true;
}

static void kill_all(struct shift *shift)
{
	for (unsigned i = 0; i < shift->busy; i++) {
		kill(shift->job[i].pid, SIGKILL);
		waitpid(shift->job[i].pid, NULL, 0);
	}
	shift->busy = 0;
}

/* A child's end, or the user's wish. */
static bool wait_for_news(struct error *err)
{
	sigset_t signals;
	struct timespec second = { .tv_sec = 1 };

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	int number = sigtimedwait(&signals, NULL, &second);

	return (number != SIGINT && number != SIGTERM) ||
	       error_set(err, EXIT_BUDGET,
			 "interrupted: finished runs are kept; the same command goes on");
}

/* The next task that can run; `count` if there is none now. */
static size_t next_task(struct shift *shift)
{
	for (size_t i = 0; i < shift->list->count; i++) {
		const struct task *parent = shift->list->task[i].parent;

		if (shift->progress[i] != TASK_WAITS) {
			continue;
		}
		size_t before = parent != NULL ? (size_t)(parent - shift->list->task) : i;

		if (parent == NULL || shift->progress[before] == TASK_DONE) {
			return i;
		}
		if (shift->progress[before] == TASK_FAILED) {
			shift->progress[i] = TASK_FAILED;
			shift->work->failed++;
		}
	}
	return shift->list->count;
}

/* Takes what is there already. */
static bool look_up(struct shift *shift, struct error *err)
{
	bool done;

	for (size_t i = 0; i < shift->list->count; i++) {
		if (!is_done(shift->work, shift->list, i, &done, err)) {
			return false;
		}
		shift->progress[i] =
			done || !is_wanted(shift->work, shift->list, i) ? TASK_DONE : TASK_WAITS;
	}
	return true;
}

bool work_run(struct work *work, const struct task_list *list, struct error *err)
{
	struct shift shift = { .work = work, .list = list };
	bool good;

	shift.progress = calloc(list->count, sizeof(shift.progress[0]));
	if (shift.progress == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	good = look_up(&shift, err);
	while (good) {
		size_t next;

		while (good && shift.busy < work->jobs &&
		       (next = next_task(&shift)) < list->count) {
			good = start(&shift, next, err);
		}
		if (shift.busy == 0) {
			break;
		}
		good = good && wait_for_news(err) && reap(&shift, err);
	}
	kill_all(&shift);
	free(shift.progress);
	return good;
}
