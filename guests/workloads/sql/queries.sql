-- SPDX-License-Identifier: MIT
-- Decision support: after TPC-H's queries 1, 3, 5, 6, 10, 12, 14 and 18.
.print Q1
SELECT l_flag, l_status, sum(l_quantity), sum(l_price), sum(l_price * (100 - l_discount) / 100),
	sum(l_price * (100 - l_discount) * (100 + l_tax) / 10000), sum(l_discount) * 100 / count(*), count(*)
	FROM lineitem WHERE l_shipped <= 2400 GROUP BY l_flag, l_status ORDER BY l_flag, l_status;
.print Q3
SELECT l_order, sum(l_price * (100 - l_discount) / 100) AS revenue, o_date, o_priority
	FROM customer JOIN orders ON o_customer = c_key JOIN lineitem ON l_order = o_key
	WHERE c_segment = 'BUILDING  ' AND o_date < 1200 AND l_shipped > 1200
	GROUP BY l_order, o_date, o_priority ORDER BY revenue DESC, o_date, l_order LIMIT 10;
.print Q5
SELECT n_name, sum(l_price * (100 - l_discount) / 100) AS revenue
	FROM customer JOIN orders ON o_customer = c_key JOIN lineitem ON l_order = o_key JOIN supplier ON l_supplier = s_key
	JOIN nation ON s_nation = n_key
	WHERE n_region = 2 AND o_date BETWEEN 400 AND 1500 GROUP BY n_name ORDER BY revenue DESC, n_name;
.print Q6
SELECT sum(l_price * l_discount / 100) FROM lineitem
	WHERE l_shipped BETWEEN 365 AND 729 AND l_discount BETWEEN 5 AND 7 AND l_quantity < 24;
.print Q10
SELECT c_key, c_name, sum(l_price * (100 - l_discount) / 100) AS revenue, c_balance, n_name
	FROM customer JOIN orders ON o_customer = c_key JOIN lineitem ON l_order = o_key JOIN nation ON c_nation = n_key
	WHERE o_date BETWEEN 600 AND 690 AND l_flag = 'R'
	GROUP BY c_key ORDER BY revenue DESC, c_key LIMIT 20;
.print Q12
SELECT l_mode, sum(o_priority < 2), sum(o_priority >= 2) FROM orders JOIN lineitem ON l_order = o_key
	WHERE l_mode IN ('MAIL ', 'SHIP ') AND l_shipped < l_received - 30 AND l_received BETWEEN 700 AND 1100
	GROUP BY l_mode ORDER BY l_mode;
.print Q14
SELECT sum(CASE WHEN p_brand LIKE 'Brand#1%' THEN l_price * (100 - l_discount) / 100 ELSE 0 END) * 1000
	/ sum(l_price * (100 - l_discount) / 100)
	FROM lineitem JOIN part ON l_part = p_key WHERE l_shipped BETWEEN 900 AND 930;
.print Q18
SELECT c_name, c_key, o_key, o_date, sum(l_quantity) AS quantity FROM customer JOIN orders ON o_customer = c_key
	JOIN lineitem ON l_order = o_key
	WHERE o_key IN (SELECT l_order FROM lineitem GROUP BY l_order HAVING sum(l_quantity) > 150)
	GROUP BY o_key ORDER BY quantity DESC, o_key LIMIT 20;
