/* SPDX-License-Identifier: MIT */
/* sandbox.c - a Lua state with a short list of functions, and limits. */
#include "sim/config/sandbox.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MEMORY_MAX       (16U << 20) /* held at a time */
#define INSTRUCTIONS_MAX 10000000U
#define HOOK_PERIOD      1000U
#define SECONDS_MAX      10 /* single instructions may copy megabytes */
#define DEPTH_MAX        16U
#define VALUES_MAX       100000U

struct sandbox {
	size_t held;
	unsigned instructions;
	unsigned values;
	clock_t begin;
	const char *path;
	struct error *err;
};

/* What a configuration may call. Pattern matching is left out: its time has no bound. */
static const char *const base_names[] = { "assert", "error",    "ipairs",   "select",
					  "type",   "tonumber", "_VERSION", NULL };
static const char *const string_names[] = { "byte",    "char", "len",   "lower",
					    "reverse", "sub",  "upper", NULL };
static const char *const table_names[] = { "concat", "insert", "pack", "remove",
					   "sort",   "unpack", NULL };
static const char *const math_names[] = { "abs",        "ceil",       "floor", "fmod",
					  "huge",       "max",        "min",   "tointeger",
					  "maxinteger", "mininteger", "pi",    "sqrt",
					  "log",        "exp",        "type",  NULL };

/* `pairs` in a fixed order: numbers, then strings. */
static const char prelude[] = "local next, sort, type, format, tostring = ...\n"
			      "local function before(a, b)\n"
			      "	if type(a) == type(b) then return a < b end\n"
			      "	return type(a) == 'number'\n"
			      "end\n"
			      "return function(t)\n"
			      "	local keys, count, at = {}, 0, 0\n"
			      "	for key in next, t do\n"
			      "		if type(key) ~= 'number' and type(key) ~= 'string' then\n"
			      "			error('pairs: a key is a ' .. type(key))\n"
			      "		end\n"
			      "		count = count + 1\n"
			      "		keys[count] = key\n"
			      "	end\n"
			      "	sort(keys, before)\n"
			      "	return function()\n"
			      "		at = at + 1\n"
			      "		if at <= count then return keys[at], t[keys[at]] end\n"
			      "	end\n"
			      "end\n";

static void *allocate(void *context, void *block, size_t old, size_t wanted)
{
	struct sandbox *sandbox = context;
	size_t before = block != NULL ? old : 0;

	if (wanted == 0) {
		sandbox->held -= before;
		free(block);
		return NULL;
	}
	if (wanted > before && sandbox->held + (wanted - before) > MEMORY_MAX) {
		return NULL;
	}
	void *moved = realloc(block, wanted);

	if (moved != NULL) {
		sandbox->held += wanted - before;
	}
	return moved;
}

static struct sandbox *sandbox_of(lua_State *lua)
{
	void *context;

	lua_getallocf(lua, &context);
	return context;
}

static void count_instructions(lua_State *lua, lua_Debug *event)
{
	struct sandbox *sandbox = sandbox_of(lua);

	(void)event;
	sandbox->instructions += HOOK_PERIOD;
	if (sandbox->instructions >= INSTRUCTIONS_MAX ||
	    (clock() - sandbox->begin) / CLOCKS_PER_SEC >= SECONDS_MAX) {
		luaL_where(lua, 0);
		lua_pushfstring(lua, "the configuration takes too long: more than %d instructions",
				(int)INSTRUCTIONS_MAX);
		lua_concat(lua, 2);
		lua_error(lua);
	}
}

/* tostring() without addresses. */
static int safe_tostring(lua_State *lua)
{
	luaL_checkany(lua, 1);
	if (lua_type(lua, 1) == LUA_TTABLE || lua_type(lua, 1) == LUA_TFUNCTION) {
		lua_pushstring(lua, luaL_typename(lua, 1));
	} else {
		luaL_tolstring(lua, 1, NULL);
	}
	return 1;
}

/* string.format() of plain values; %p would print an address. Upvalue: the library's. */
static int safe_format(lua_State *lua)
{
	size_t length;
	const char *format = luaL_checklstring(lua, 1, &length);
	int count = lua_gettop(lua);

	for (int i = 2; i <= count; i++) {
		int type = lua_type(lua, i);

		luaL_argcheck(lua,
			      type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TBOOLEAN, i,
			      "expected a number, a string or a boolean");
	}
	for (size_t i = 0; i < length; i++) {
		if (format[i] != '%') {
			continue;
		}
		i++;
		i += strspn(format + i, "-+ #0123456789.");
		luaL_argcheck(lua, format[i] != 'p', 1, "%p is not available");
	}
	lua_pushvalue(lua, lua_upvalueindex(1));
	lua_insert(lua, 1);
	lua_call(lua, count, 1);
	return 1;
}

/* string.rep() whose loop has a bound where the string is empty. Upvalue: the library's. */
static int safe_rep(lua_State *lua)
{
	luaL_argcheck(lua, luaL_checkinteger(lua, 2) <= (lua_Integer)MEMORY_MAX, 2,
		      "the string would be too long");
	lua_pushvalue(lua, lua_upvalueindex(1));
	lua_insert(lua, 1);
	lua_call(lua, lua_gettop(lua) - 1, 1);
	return 1;
}

/* Copies the named functions of the table at the top, which stays, to the table below it. */
static void copy_names(lua_State *lua, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		lua_getfield(lua, -1, names[i]);
		lua_setfield(lua, -3, names[i]);
	}
}

/* Field `name` of the environment at the top becomes a table with some functions of a library. */
static void open_library(lua_State *lua, const char *name, lua_CFunction open,
			 const char *const *names)
{
	lua_newtable(lua);
	luaL_requiref(lua, name, open, 0);
	copy_names(lua, names);
	lua_pop(lua, 1);
	lua_setfield(lua, -2, name);
}

static void open_strings(lua_State *lua)
{
	open_library(lua, LUA_STRLIBNAME, luaopen_string, string_names);
	lua_getfield(lua, -1, LUA_STRLIBNAME);
	luaL_requiref(lua, LUA_STRLIBNAME, luaopen_string, 0);
	lua_getfield(lua, -1, "format");
	lua_pushcclosure(lua, safe_format, 1);
	lua_setfield(lua, -3, "format");
	lua_getfield(lua, -1, "rep");
	lua_pushcclosure(lua, safe_rep, 1);
	lua_setfield(lua, -3, "rep");
	lua_pop(lua, 1);
	/* ("x"):method() finds these functions and no others. */
	lua_pushliteral(lua, "");
	lua_getmetatable(lua, -1);
	lua_pushvalue(lua, -3);
	lua_setfield(lua, -2, "__index");
	lua_pop(lua, 3);
}

/* Field "pairs" of the environment at the top. */
static void open_pairs(lua_State *lua)
{
	luaL_requiref(lua, LUA_GNAME, luaopen_base, 0);
	luaL_loadbufferx(lua, prelude, sizeof(prelude) - 1, "=pairs", "t");
	lua_getfield(lua, -2, "next");
	lua_getfield(lua, -4, LUA_TABLIBNAME);
	lua_getfield(lua, -1, "sort");
	lua_remove(lua, -2);
	lua_getfield(lua, -4, "type");
	lua_call(lua, 3, 1);
	lua_setfield(lua, -3, "pairs");
	lua_pop(lua, 1);
}

/* Leaves the environment of the configuration on the stack. */
static void open_environment(lua_State *lua)
{
	lua_newtable(lua);
	luaL_requiref(lua, LUA_GNAME, luaopen_base, 0);
	copy_names(lua, base_names);
	lua_pop(lua, 1);
	open_library(lua, LUA_TABLIBNAME, luaopen_table, table_names);
	open_library(lua, LUA_MATHLIBNAME, luaopen_math, math_names);
	open_strings(lua);
	open_pairs(lua);
	lua_pushcfunction(lua, safe_tostring);
	lua_setfield(lua, -2, "tostring");
}

static json_t *convert(lua_State *lua, struct sandbox *sandbox, unsigned depth);

/* A key's text; NULL for one that is no string. */
static const char *key_text(lua_State *lua, int index)
{
	return lua_type(lua, index) == LUA_TSTRING ? lua_tostring(lua, index) : NULL;
}

/* The table at the top of the stack, which stays there. */
static json_t *convert_table(lua_State *lua, struct sandbox *sandbox, unsigned depth)
{
	lua_Unsigned length = lua_rawlen(lua, -1);
	json_t *result = length > 0 ? json_array() : json_object();

	for (lua_Unsigned i = 1; i <= length; i++) {
		lua_rawgeti(lua, -1, (lua_Integer)i);
		json_t *value = convert(lua, sandbox, depth + 1);

		lua_pop(lua, 1);
		if (value == NULL || json_array_append_new(result, value) != 0) {
			json_decref(result);
			return NULL;
		}
	}
	lua_pushnil(lua);
	while (lua_next(lua, -2) != 0) {
		const char *key = key_text(lua, -2);

		if (length > 0 && lua_isinteger(lua, -2)) {
			lua_pop(lua, 1);
			continue;
		}
		json_t *value =
			key != NULL && length == 0 ? convert(lua, sandbox, depth + 1) : NULL;

		if (value == NULL || json_object_set_new(result, key, value) != 0) {
			if (sandbox->err->text[0] == '\0') {
				error_set(sandbox->err, EXIT_USAGE,
					  "%s: a table mixes list and names, or has a key that is "
					  "neither (%s)",
					  sandbox->path, key != NULL ? key : "no string");
			}
			lua_pop(lua, 2);
			json_decref(result);
			return NULL;
		}
		lua_pop(lua, 1);
	}
	return result;
}

static json_t *convert_number(lua_State *lua, const struct sandbox *sandbox)
{
	int is_whole;
	lua_Integer whole = lua_tointegerx(lua, -1, &is_whole); /* 2^5 is 32.0 */
	json_t *number = is_whole ? json_integer(whole) : json_real(lua_tonumber(lua, -1));

	if (number == NULL) {
		error_set(sandbox->err, EXIT_USAGE, "%s: a number is not finite", sandbox->path);
	}
	return number;
}

static json_t *convert_string(lua_State *lua, const struct sandbox *sandbox)
{
	size_t length;
	const char *text = lua_tolstring(lua, -1, &length);
	json_t *string = strlen(text) == length ? json_stringn(text, length) : NULL;

	if (string == NULL) {
		error_set(sandbox->err, EXIT_USAGE, "%s: a string is no UTF-8 or holds a zero byte",
			  sandbox->path);
	}
	return string;
}

/* The value at the top of the stack, which stays there. NULL after an error. */
static json_t *convert(lua_State *lua, struct sandbox *sandbox, unsigned depth)
{
	if (depth > DEPTH_MAX || ++sandbox->values > VALUES_MAX || !lua_checkstack(lua, 8)) {
		error_set(sandbox->err, EXIT_USAGE,
			  "%s: the table is too deep (%u levels), too large, or holds itself",
			  sandbox->path, DEPTH_MAX);
		return NULL;
	}
	switch (lua_type(lua, -1)) {
	case LUA_TBOOLEAN:
		return json_boolean(lua_toboolean(lua, -1));
	case LUA_TNUMBER:
		return convert_number(lua, sandbox);
	case LUA_TSTRING:
		return convert_string(lua, sandbox);
	case LUA_TTABLE:
		return convert_table(lua, sandbox, depth);
	default:
		error_set(sandbox->err, EXIT_USAGE,
			  "%s: a value is a %s, expected numbers, strings, booleans and tables",
			  sandbox->path, luaL_typename(lua, -1));
		return NULL;
	}
}

/* The other way: a value for the program. */
static void push(lua_State *lua, const json_t *value)
{
	const char *key;
	const json_t *item;
	size_t index;

	luaL_checkstack(lua, 4, "nested too deep");
	switch (value != NULL ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
		lua_newtable(lua);
		/* jansson's macro wants what it may change. */
		json_object_foreach((json_t *)(uintptr_t)value, key, item)
		{
			push(lua, item);
			lua_setfield(lua, -2, key);
		}
		break;
	case JSON_ARRAY:
		lua_newtable(lua);
		json_array_foreach(value, index, item)
		{
			push(lua, item);
			lua_rawseti(lua, -2, (lua_Integer)index + 1);
		}
		break;
	case JSON_STRING:
		lua_pushstring(lua, json_string_value(value));
		break;
	case JSON_INTEGER:
		lua_pushinteger(lua, json_integer_value(value));
		break;
	case JSON_REAL:
		lua_pushnumber(lua, json_real_value(value));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		lua_pushboolean(lua, json_is_true(value));
		break;
	case JSON_NULL:
	default:
		lua_pushnil(lua);
		break;
	}
}

struct source {
	const char *name;
	const char *text;
	size_t size;
	const json_t *given;
};

/* Runs inside lua_pcall(): whatever fails in here ends in an error message. */
static int evaluate(lua_State *lua)
{
	const struct source *source = lua_touserdata(lua, 1);

	open_environment(lua);
	if (luaL_loadbufferx(lua, source->text, source->size, source->name, "t") != LUA_OK) {
		return lua_error(lua);
	}
	lua_insert(lua, -2);
	lua_setupvalue(lua, -2, 1);
	lua_sethook(lua, count_instructions, LUA_MASKCOUNT, HOOK_PERIOD);
	int before = lua_gettop(lua) - 1;

	push(lua, source->given);
	lua_call(lua, 1, LUA_MULTRET);
	lua_sethook(lua, NULL, 0, 0);
	if (lua_gettop(lua) != before + 1 || !lua_istable(lua, -1)) {
		return luaL_error(lua, "the file does not return one table, as in "
				       "return { program = \"hello.elf\" }");
	}
	return 1;
}

/* "FILE:LINE: message" as Lua gives it, or the file before it. */
static void take_message(lua_State *lua, const struct sandbox *sandbox)
{
	const char *message = lua_tostring(lua, -1);
	size_t length = strlen(sandbox->path);

	message = message != NULL ? message : "it raised an error that is no text";
	if (strncmp(message, sandbox->path, length) == 0) {
		error_set(sandbox->err, EXIT_USAGE, "%s", message);
	} else {
		error_set(sandbox->err, EXIT_USAGE, "%s: %s", sandbox->path, message);
	}
}

json_t *sandbox_evaluate(const char *path, const char *text, size_t size, const json_t *given,
			 struct error *err)
{
	struct sandbox sandbox = { .path = path, .err = err, .begin = clock() };
	/* "@": messages begin with the file's name. */
	size_t name_bytes = strlen(path) + 2;
	char *name = malloc(name_bytes);
	lua_State *lua = lua_newstate(allocate, &sandbox);
	json_t *result = NULL;

	err->text[0] = '\0';
	if (name == NULL || lua == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
	} else {
		snprintf(name, name_bytes, "@%s", path);
		struct source source = { .name = name, .text = text, .size = size, .given = given };

		lua_pushcfunction(lua, evaluate);
		lua_pushlightuserdata(lua, &source);
		if (lua_pcall(lua, 1, 1, 0) != LUA_OK) {
			take_message(lua, &sandbox);
		} else {
			result = convert(lua, &sandbox, 0);
		}
	}
	if (lua != NULL) {
		lua_close(lua);
	}
	free(name);
	return result;
}
