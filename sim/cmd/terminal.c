/* SPDX-License-Identifier: MIT */
/*
 * terminal.c - raw mode, and the ways out of it.
 *
 * Output is left as it is: programs without an operating system end their lines with \n alone.
 */
#include "sim/cmd/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Signals have no other way to it. */
static struct {
	struct termios before;
	struct termios raw;
	volatile sig_atomic_t is_taken;
} terminal;

void terminal_release(void)
{
	if (terminal.is_taken) {
		terminal.is_taken = 0;
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
	}
}

/* A signal that ends the command, or a fault: gives the terminal back first. */
static void on_fatal(int number)
{
	terminal_release();
	signal(number, SIG_DFL);
	raise(number);
}

/* Stopped from elsewhere: the shell gets its terminal, and the guest gets it again afterwards. */
static void on_stop(int number)
{
	/* All of these may be called in a handler (signal-safety(7)); errno is kept for whom it
	 * interrupts. NOLINTBEGIN(bugprone-signal-handler)
	 */
	int kept = errno;
	sigset_t mask;

	(void)number;
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
	signal(SIGTSTP, SIG_DFL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTSTP);
	kill(getpid(), SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &mask, NULL); /* here it stands still */
	signal(SIGTSTP, on_stop);
	if (terminal.is_taken) {
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal.raw);
	}
	errno = kept;
	/* NOLINTEND(bugprone-signal-handler) */
}

static void catch_signals(void)
{
	static const int fatal[] = { SIGHUP,  SIGQUIT, SIGABRT, SIGBUS, SIGFPE,
				     SIGSEGV, SIGILL,  SIGSYS,  SIGTRAP };
	struct sigaction action = { .sa_handler = on_fatal };

	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		sigaction(fatal[i], &action, NULL);
	}
	action.sa_handler = on_stop;
	action.sa_flags = SA_RESTART;
	sigaction(SIGTSTP, &action, NULL);
}

bool terminal_take(struct error *err)
{
	if (terminal.is_taken || !isatty(STDIN_FILENO)) {
		return true;
	}
	if (tcgetattr(STDIN_FILENO, &terminal.before) != 0) {
		return error_set(err, EXIT_HOST_IO, "--console: the terminal: %s", strerror(errno));
	}
	terminal.raw = terminal.before;
	terminal.raw.c_iflag &=
		~(tcflag_t)(BRKINT | ICRNL | IGNBRK | IGNCR | INLCR | INPCK | ISTRIP | IXON);
	terminal.raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
	terminal.raw.c_cc[VMIN] = 1;
	terminal.raw.c_cc[VTIME] = 0;
	catch_signals();
	atexit(terminal_release);
	terminal.is_taken = 1;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &terminal.raw) != 0) {
		terminal_release();
		return error_set(err, EXIT_HOST_IO, "--console: the terminal: %s", strerror(errno));
	}
	return true;
}
