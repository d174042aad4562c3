/* SPDX-License-Identifier: MIT */
/* result_store.c - SQLite under the results. */
#include "sim/campaign/result_store.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUSY_MS 60000

struct result_store {
	sqlite3 *db;
	char path[PATH_MAX];
};

static const char schema[] = "CREATE TABLE IF NOT EXISTS result ("
			     " key TEXT PRIMARY KEY, experiment TEXT NOT NULL, name TEXT NOT NULL,"
			     " settings TEXT NOT NULL, exit_code INTEGER NOT NULL, state_hash TEXT,"
			     " seconds REAL NOT NULL, result TEXT NOT NULL)";

static bool failed(const struct result_store *store, struct error *err)
{
	return error_set(err, EXIT_HOST_IO, "%s: %s", store->path,
			 store->db != NULL ? sqlite3_errmsg(store->db) : "out of memory");
}

struct result_store *result_store_open(const char *directory, struct error *err)
{
	struct result_store *store = calloc(1, sizeof(*store));

	if (store == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	snprintf(store->path, sizeof(store->path), "%s/results.db", directory);
	if (sqlite3_open(store->path, &store->db) != SQLITE_OK ||
	    sqlite3_busy_timeout(store->db, BUSY_MS) != SQLITE_OK ||
	    sqlite3_exec(store->db, schema, NULL, NULL, NULL) != SQLITE_OK) {
		failed(store, err);
		result_store_close(store);
		return NULL;
	}
	return store;
}

void result_store_close(struct result_store *store)
{
	if (store != NULL) {
		sqlite3_close(store->db);
		free(store);
	}
}

static bool prepare(const struct result_store *store, const char *text, sqlite3_stmt **statement,
		    struct error *err)
{
	return sqlite3_prepare_v2(store->db, text, -1, statement, NULL) == SQLITE_OK ||
	       failed(store, err);
}

bool result_store_get(struct result_store *store, const char *key, json_t **result,
		      struct error *err)
{
	sqlite3_stmt *statement;
	bool good = true;

	*result = NULL;
	if (!prepare(store, "SELECT result FROM result WHERE key = ?", &statement, err)) {
		return false;
	}
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_TRANSIENT);
	int step = sqlite3_step(statement);

	if (step == SQLITE_ROW) {
		json_error_t why;

		*result = json_loads((const char *)sqlite3_column_text(statement, 0), 0, &why);
		good = json_is_object(*result) ||
		       error_set(err, EXIT_HOST_IO, "%s: the result of %s is damaged: %s",
				 store->path, key, why.text);
	} else if (step != SQLITE_DONE) {
		good = failed(store, err);
	}
	sqlite3_finalize(statement);
	return good;
}

bool result_store_put(struct result_store *store, const struct task *task, const json_t *result,
		      double seconds, struct error *err)
{
	static const char text[] = "INSERT OR REPLACE INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
	const json_t *set = json_object_get(task->about, "set");
	char *settings = json_dumps(json_is_array(set) ? set : task->about, JSON_COMPACT);
	char *document = json_dumps(result, JSON_COMPACT | JSON_SORT_KEYS);
	sqlite3_stmt *statement = NULL;
	bool good = settings != NULL && document != NULL && prepare(store, text, &statement, err);

	if (good) {
		sqlite3_bind_text(statement, 1, task->key, -1, SQLITE_TRANSIENT);
		sqlite3_bind_text(statement, 2, task->experiment, -1, SQLITE_TRANSIENT);
		sqlite3_bind_text(statement, 3, task->name, -1, SQLITE_TRANSIENT);
		sqlite3_bind_text(statement, 4, settings, -1, SQLITE_TRANSIENT);
		sqlite3_bind_int64(statement, 5,
				   json_integer_value(json_object_get(result, "exit_code")));
		sqlite3_bind_text(statement, 6,
				  json_string_value(json_object_get(result, "state_hash")), -1,
				  SQLITE_TRANSIENT);
		sqlite3_bind_double(statement, 7, seconds);
		sqlite3_bind_text(statement, 8, document, -1, SQLITE_TRANSIENT);
		good = sqlite3_step(statement) == SQLITE_DONE || failed(store, err);
	}
	sqlite3_finalize(statement);
	free(settings);
	free(document);
	return good;
}

double result_store_seconds(struct result_store *store, const struct task *task, double fallback)
{
	sqlite3_stmt *statement;
	double seconds = fallback;

	if (!prepare(store,
		     "SELECT seconds FROM result WHERE experiment = ? AND name = ?"
		     " ORDER BY rowid DESC LIMIT 1",
		     &statement, NULL)) {
		return fallback;
	}
	sqlite3_bind_text(statement, 1, task->experiment, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(statement, 2, task->name, -1, SQLITE_TRANSIENT);
	if (sqlite3_step(statement) == SQLITE_ROW) {
		seconds = sqlite3_column_double(statement, 0);
	}
	sqlite3_finalize(statement);
	return seconds;
}

bool result_store_merge(struct result_store *store, const char *directory, struct error *err)
{
	char path[PATH_MAX];
	sqlite3_stmt *statement;

	snprintf(path, sizeof(path), "%s/results.db", directory);
	if (access(path, R_OK) != 0) {
		return true;
	}
	if (!prepare(store, "ATTACH ? AS other", &statement, err)) {
		return false;
	}
	sqlite3_bind_text(statement, 1, path, -1, SQLITE_TRANSIENT);
	bool good = sqlite3_step(statement) == SQLITE_DONE;

	sqlite3_finalize(statement);
	good = good &&
	       sqlite3_exec(store->db, "INSERT OR IGNORE INTO result SELECT * FROM other.result",
			    NULL, NULL, NULL) == SQLITE_OK;
	/* Keeps the first message. */
	good = good || error_set(err, EXIT_HOST_IO, "%s: %s", path, sqlite3_errmsg(store->db));
	sqlite3_exec(store->db, "DETACH other", NULL, NULL, NULL);
	return good;
}
