/* SPDX-License-Identifier: MIT */
/*
 * read_capture.c - reads a capture with libpcap and prints a line for each frame: nanoseconds since
 * 1970, bytes, addresses. Fails where it is no capture of Ethernet or times go back.
 */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

static void print_address(const u_char *mac)
{
	printf(" %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

int main(int argc, char **argv)
{
	char why[PCAP_ERRBUF_SIZE] = "usage: read_capture FILE";
	struct pcap_pkthdr *header;
	const u_char *frame;
	uint64_t last = 0;
	int result;
	pcap_t *pcap = argc == 2 ? pcap_open_offline_with_tstamp_precision(
					   argv[1], PCAP_TSTAMP_PRECISION_NANO, why)
				 : NULL;

	if (pcap == NULL || pcap_datalink(pcap) != DLT_EN10MB) {
		fprintf(stderr, "%s\n", pcap == NULL ? why : "no Ethernet");
		return 1;
	}
	while ((result = pcap_next_ex(pcap, &header, &frame)) == 1) {
		uint64_t now =
			(uint64_t)header->ts.tv_sec * 1000000000U + (uint64_t)header->ts.tv_usec;

		if (now < last || header->caplen != header->len || header->len < 14) {
			fprintf(stderr, "a frame at %" PRIu64 " after %" PRIu64 "\n", now, last);
			return 1;
		}
		last = now;
		printf("%" PRIu64 " %u", now, header->len);
		print_address(frame);
		print_address(frame + 6);
		putchar('\n');
	}
	pcap_close(pcap);
	return result == PCAP_ERROR_BREAK ? 0 : 1;
}
