/* SPDX-License-Identifier: MIT */
/*
 * libc.c - a walk through the C library: printing, scanning, strings, sorting, regular expressions,
 * time, wide characters, jumps, mathematics, the environment.
 */
#define _GNU_SOURCE 1
#include <fnmatch.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <regex.h>
#include <search.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <time.h>
#include <wchar.h>

#include "check.h"

static void expect(const char *expected, const char *format, ...)
{
	char buffer[200];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(buffer, sizeof(buffer), format, arguments);
	va_end(arguments);
	if (length != (int)strlen(expected) || strcmp(buffer, expected) != 0) {
		fprintf(stderr, "printing %s gives '%s', not '%s'\n", format, buffer, expected);
		_exit(1);
	}
}

static void test_printing(void)
{
	volatile int number = 123456;
	char small[4];

	expect("-2147483648 4294967295 ff 0377", "%d %u %x %#o", INT_MIN, UINT_MAX, 255, 255);
	expect("9223372036854775807 18446744073709551615", "%lld %" PRIu64, LLONG_MAX, UINT64_MAX);
	expect("1000000000000 e8d4a51000", "%lld %llx", 1000000000000ll, 1000000000000ll);
	expect("0.1 1e-05 1e+100 inf -nan", "%g %g %g %g %g", 0.1, 1e-5, 1e100, (double)INFINITY,
	       -(double)NAN);
	expect("0.1000000000000000055511151231257827", "%.34f", 0.1);
	expect("1.7976931348623157e+308 4.9e-324", "%.17g %.1e", 1.7976931348623157e308,
	       4.9406564584124654e-324);
	expect("0x1.8p+1 3.142 003.14 +3", "%a %.3f %06.2f %+.0f", 3.0, M_PI, M_PI, 3.0);
	expect("[  abc][abc  ][ab]", "[%5s][%-5s][%.2s]", "abc", "abc", "abc");
	expect("x 2 1 %", "%3$c %2$d %1$d %%", 1, 2, 'x');
	CHECK(snprintf(small, sizeof(small), "%d", number) == 6 && strcmp(small, "123") == 0);
}

static void test_scanning(void)
{
	char word[16], *end;
	double number;
	long long large;
	int i, n;

	CHECK(sscanf(" 42 abc 2.5e3 x", "%d %15s %lf%n", &i, word, &number, &n) == 3);
	CHECK(i == 42 && strcmp(word, "abc") == 0 && number == 2500 && n == 13);
	CHECK(sscanf("-0x1F,077", "%i,%i", &i, &n) == 2 && i == -31 && n == 63);
	CHECK(sscanf("9223372036854775807", "%lld", &large) == 1 && large == LLONG_MAX);
	CHECK(sscanf("key=value", "%[^=]=%*s", word) == 1 && strcmp(word, "key") == 0);
	CHECK(strtod("0x1.999999999999ap-4z", &end) == 0.1 && *end == 'z');
	CHECK(strtod("2.2250738585072011e-308", NULL) == 2.2250738585072011e-308);
	CHECK(strtod("17976931348623157e292", NULL) == 1.7976931348623157e308);
	errno = 0;
	CHECK(strtol("99999999999", &end, 10) == LONG_MAX && errno == ERANGE && *end == '\0');
	CHECK(strtoull("zz", NULL, 36) == 1295 && strtol("-10", NULL, 0) == -10);
}

static void test_strings(void)
{
	char text[64] = "alpha,beta,,gamma", *rest = text, *part;
	unsigned char bytes[300];
	int count = 0;

	while ((part = strsep(&rest, ",")) != NULL) {
		count += (int)strlen(part);
	}
	CHECK(count == 14 && strcmp(strrchr("a/b/c", '/'), "/c") == 0);
	CHECK(strstr("the needle here", "needle") != NULL && memmem("abcabd", 6, "abd", 3) != NULL);
	CHECK(strspn("aabbc", "ab") == 4 && strcspn("aabbc", "c") == 4);
	CHECK(strcasecmp("HeLLo", "hEllO") == 0 && strncmp("abc", "abd", 2) == 0);
	/* Moves of all alignments, forwards and backwards. */
	for (size_t from = 0; from < 12; from++) {
		for (size_t to = 0; to < 12; to++) {
			for (size_t i = 0; i < sizeof(bytes); i++) {
				bytes[i] = (unsigned char)i;
			}
			memmove(bytes + to, bytes + from, 200);
			for (size_t i = 0; i < 200; i++) {
				CHECK(bytes[to + i] == (unsigned char)(from + i));
			}
			CHECK(bytes[to + 200] == (unsigned char)(to + 200));
		}
	}
	CHECK(strverscmp("part9", "part10") < 0 &&
	      strcmp(strerror(ENOENT), "No such file or directory") == 0);
}

static int compare(const void *left, const void *right)
{
	unsigned int a = *(const unsigned int *)left, b = *(const unsigned int *)right;

	return (a > b) - (a < b);
}

static void test_sorting(void)
{
	unsigned int numbers[1000], state = 9, *found;
	void *root = NULL;

	for (int i = 0; i < 1000; i++) {
		numbers[i] = check_random(&state);
		CHECK(tsearch(&numbers[i], &root, compare) != NULL);
	}
	CHECK(tfind(&numbers[500], &root, compare) != NULL);
	qsort(numbers, 1000, sizeof(numbers[0]), compare);
	for (int i = 1; i < 1000; i++) {
		CHECK(numbers[i - 1] <= numbers[i]);
	}
	found = bsearch(&numbers[321], numbers, 1000, sizeof(numbers[0]), compare);
	CHECK(found != NULL && *found == numbers[321]);
}

static void test_patterns(void)
{
	regmatch_t parts[4];
	regex_t regex;
	glob_t paths;

	CHECK(regcomp(&regex, "^([a-z]+)-([0-9]{2,4})(x|yy)?$", REG_EXTENDED) == 0);
	CHECK(regexec(&regex, "abc-123yy", 4, parts, 0) == 0);
	CHECK(parts[1].rm_eo == 3 && parts[2].rm_so == 4 && parts[2].rm_eo == 7 &&
	      parts[3].rm_so == 7);
	CHECK(regexec(&regex, "abc-1", 0, NULL, 0) == REG_NOMATCH);
	regfree(&regex);
	CHECK(regcomp(&regex, "a(b", REG_EXTENDED) == REG_EPAREN);
	CHECK(fnmatch("*.[ch]", "file.c", 0) == 0 &&
	      fnmatch("*.c", ".c", FNM_PERIOD) == FNM_NOMATCH);
	CHECK(glob("/proc/self/[s]tat", 0, NULL, &paths) == 0 && paths.gl_pathc == 1);
	globfree(&paths);
}

static void test_time(void)
{
	struct tm parts = { .tm_year = 97, .tm_mon = 9, .tm_mday = 5, .tm_hour = 12 };
	struct timespec first, second;
	char text[64];
	time_t when;

	when = timegm(&parts);
	CHECK(when == 876052800 && parts.tm_wday == 0 && parts.tm_yday == 277);
	CHECK(strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %a %j", &parts) > 0);
	CHECK(strcmp(text, "1997-10-05 12:00:00 Sun 278") == 0);
	CHECK(strptime("29 Feb 2000", "%d %b %Y", &parts) != NULL && parts.tm_mday == 29);
	CHECK(sizeof(time_t) == 8 && setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1) == 0);
	tzset();
	CHECK(localtime(&when)->tm_hour == 14 && localtime(&when)->tm_isdst == 1);
	CHECK(clock_gettime(CLOCK_MONOTONIC, &first) == 0);
	CHECK(nanosleep(&(struct timespec){ 0, 15000000 }, NULL) == 0);
	CHECK(clock_gettime(CLOCK_MONOTONIC, &second) == 0);
	CHECK((second.tv_sec - first.tv_sec) * 1000000000ll + second.tv_nsec - first.tv_nsec >=
	      15000000);
}

static void test_wide(void)
{
	wchar_t wide[16];
	char narrow[32];

	CHECK(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	CHECK(mbstowcs(wide, "gr\xc3\xbc\xc3\x9f \xe2\x82\xac", 16) == 6);
	CHECK(wide[2] == 0xfc && wide[5] == 0x20ac && wcslen(wide) == 6);
	CHECK(wcstombs(narrow, wide, sizeof(narrow)) == 10);
	CHECK(swprintf(wide, 16, L"%ls-%d", L"ab", 7) == 4 && wcscmp(wide, L"ab-7") == 0);
	CHECK(mbstowcs(wide, "\xff", 16) == (size_t)-1 && errno == EILSEQ);
}

static jmp_buf jump;

static void dive(int depth);
static void (*volatile deeper)(int) = dive;

static void dive(int depth)
{
	if (depth == 0) {
		longjmp(jump, 5);
	}
	deeper(depth - 1);
	CHECK(!"a jump that came back");
}

static void test_jumps(void)
{
	volatile int visits = 0;
	volatile double kept = 2.75;

	visits++;
	if (visits == 1 && setjmp(jump) == 0) {
		kept += 1;
		dive(20);
	}
	CHECK(visits == 1 && kept == 3.75);
}

static int close_to(double value, double expected)
{
	return fabs(value - expected) <= fabs(expected) * 4e-16;
}

static void test_mathematics(void)
{
	double whole;
	int exponent;

	CHECK(close_to(sin(1), 0.8414709848078965) && close_to(cos(1e6), 0.9367521275331447));
	CHECK(close_to(tan(0.5), 0.5463024898437905) && close_to(atan2(1, -1), 2.356194490192345));
	CHECK(close_to(exp(10), 22026.465794806718) && close_to(log(10), 2.302585092994046));
	CHECK(close_to(pow(2.5, -3.5), 0.04047715405015526) && close_to(cbrt(27), 3));
	CHECK(close_to(sinh(2), 3.626860407847019) && close_to(erf(0.5), 0.5204998778130465));
	CHECK(close_to(tgamma(5.5), 52.34277778455352) && close_to(hypot(3e200, 4e200), 5e200));
	CHECK(fmod(-7.5, 2) == -1.5 && remainder(7.5, 2) == -0.5 && fma(0.1, 10, -1) == 0x1p-54);
	CHECK(floor(-2.5) == -3 && ceil(-2.5) == -2 && round(-2.5) == -3 && trunc(-2.5) == -2);
	CHECK(frexp(48, &exponent) == 0.75 && exponent == 6 && ldexp(0.75, 6) == 48);
	CHECK(modf(-3.25, &whole) == -0.25 && whole == -3 && nextafter(1, 2) == 1 + 0x1p-52);
	CHECK(ilogb(1000) == 9 && logb(0x1p-1040) == -1040 && copysign(1, -0.0) == -1);
}

static void test_streams(void)
{
	char *text = NULL, line[64];
	size_t length = 0;
	FILE *stream = tmpfile();

	CHECK(stream != NULL);
	for (int i = 0; i < 3000; i++) {
		CHECK(fprintf(stream, "line %d\n", i) > 0);
	}
	rewind(stream);
	for (int i = 0; i < 3000; i++) {
		int found;

		CHECK(fgets(line, sizeof(line), stream) != NULL);
		CHECK(sscanf(line, "line %d", &found) == 1 && found == i);
	}
	CHECK(fgetc(stream) == EOF && feof(stream) && ungetc('u', stream) == 'u' &&
	      fgetc(stream) == 'u');
	CHECK(fseek(stream, -3, SEEK_END) == 0 && fgetc(stream) == '9' && fclose(stream) == 0);
	stream = open_memstream(&text, &length);
	CHECK(stream != NULL && fputs("in memory", stream) >= 0 && fclose(stream) == 0);
	CHECK(length == 9 && strcmp(text, "in memory") == 0);
	free(text);
	stream = popen("read x; echo \"got $x\" >&2; exit 3", "w");
	CHECK(stream != NULL && fputs("it\n", stream) >= 0);
	CHECK(WEXITSTATUS(pclose(stream)) == 3);
}

int main(void)
{
	int null = dup(STDERR_FILENO);

	test_printing();
	test_scanning();
	test_strings();
	test_sorting();
	test_patterns();
	test_time();
	test_wide();
	test_jumps();
	test_mathematics();
	/* What the shell of test_streams says is not for the reader. */
	CHECK(freopen("/dev/null", "w", stderr) != NULL);
	test_streams();
	CHECK(dup2(null, STDERR_FILENO) >= 0);
	return check_ok("libc");
}
