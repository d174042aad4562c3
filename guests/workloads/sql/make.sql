-- SPDX-License-Identifier: MIT
-- Tables of a decision-support database after TPC-H, with data that follow from the number of orders, :orders.
-- Everything is an integer or a text: money in cents, dates in days. Answers do not depend on floating point.
PRAGMA journal_mode = off;
PRAGMA synchronous = off;
PRAGMA cache_size = -65536;
CREATE TABLE nation (n_key INTEGER PRIMARY KEY, n_name TEXT, n_region INTEGER);
CREATE TABLE customer (c_key INTEGER PRIMARY KEY, c_name TEXT, c_nation INTEGER, c_segment TEXT, c_balance INTEGER);
CREATE TABLE supplier (s_key INTEGER PRIMARY KEY, s_name TEXT, s_nation INTEGER);
CREATE TABLE part (p_key INTEGER PRIMARY KEY, p_name TEXT, p_brand TEXT, p_size INTEGER, p_price INTEGER);
CREATE TABLE orders (o_key INTEGER PRIMARY KEY, o_customer INTEGER, o_date INTEGER, o_priority INTEGER, o_comment TEXT);
CREATE TABLE lineitem (
	l_order INTEGER, l_part INTEGER, l_supplier INTEGER, l_number INTEGER, l_quantity INTEGER, l_price INTEGER,
	l_discount INTEGER, l_tax INTEGER, l_flag TEXT, l_status TEXT, l_shipped INTEGER, l_received INTEGER,
	l_mode TEXT, l_comment TEXT);
BEGIN;
-- k is the row's number; r, s and t are random numbers, each with 31 bits, that follow from it.
WITH RECURSIVE rows (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM rows WHERE k < 25)
	INSERT INTO nation SELECT k, 'NATION ' || k, k % 5 FROM rows;
WITH RECURSIVE
	rows (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM rows WHERE k < :orders / 10),
	dice (k, r) AS (SELECT k, (k * 1103515245 + 12345) * 69069 % 2147483647 FROM rows)
	INSERT INTO customer SELECT k, 'Customer#' || k, r % 25 + 1,
		substr('AUTOMOBILEBUILDING  FURNITURE MACHINERY HOUSEHOLD ', r / 25 % 5 * 10 + 1, 10), r / 125 % 1100000 - 100000
	FROM dice;
WITH RECURSIVE
	rows (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM rows WHERE k < :orders / 150 + 5),
	dice (k, r) AS (SELECT k, (k * 1664525 + 1013904223) * 69069 % 2147483647 FROM rows)
	INSERT INTO supplier SELECT k, 'Supplier#' || k, r % 25 + 1 FROM dice;
WITH RECURSIVE
	rows (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM rows WHERE k < :orders / 8),
	dice (k, r) AS (SELECT k, (k * 22695477 + 1) * 69069 % 2147483647 FROM rows)
	INSERT INTO part SELECT k, 'part ' || r % 1000, 'Brand#' || (r / 1000 % 25 + 11), r / 25000 % 50 + 1, 90000 + k % 1000 * 100
	FROM dice;
WITH RECURSIVE
	rows (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM rows WHERE k < :orders),
	dice (k, r) AS (SELECT k, (k * 1103515245 + 777) * 69069 % 2147483647 FROM rows)
	INSERT INTO orders SELECT k, r % (:orders / 10) + 1, r / 4 % 2400, r / 9600 % 5, 'comment on order ' || r
	FROM dice;
WITH RECURSIVE
	rows (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM rows WHERE k < :orders * 4 - 1),
	dice (k, r, s, t) AS (SELECT k, (k * 1664525 + 99) * 69069 % 2147483647, (k * 22695477 + 5) * 69069 % 2147483647,
		(k * 1103515245 + 3) * 69069 % 2147483647 FROM rows)
	INSERT INTO lineitem SELECT k / 4 + 1, r % (:orders / 8) + 1, s % (:orders / 150 + 5) + 1, k % 4, t % 50 + 1,
		(t % 50 + 1) * (90000 + r % 1000 * 100), t / 50 % 11, s / 64 % 9, substr('ARN', r / 1000 % 3 + 1, 1),
		substr('OF', r / 3000 % 2 + 1, 1), t / 550 % 2500, t / 550 % 2500 + s / 1024 % 60,
		substr('AIR  FOB  MAIL RAIL SHIP TRUCK', s / 65536 % 6 * 5 + 1, 5), 'comment ' || t
	FROM dice;
CREATE INDEX lineitem_order ON lineitem (l_order);
CREATE INDEX orders_customer ON orders (o_customer);
COMMIT;
