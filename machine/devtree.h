/* SPDX-License-Identifier: MIT */
/*
 * devtree.h - our own names in device trees: compatible strings, nodes and properties.
 *
 * Standard names (reg, interrupts, numa-node-id, ...) are not repeated here. The simulator writes
 * the tree of the machine and those of the virtual machines, monitor and kernels read them. Only
 * #define. Manual page: docs/machine/devtree.md, with a whole tree.
 */
#pragma once

/* Compatible strings. */
#define DEVTREE_MACHINE     "mirrorball,machine"         /* root of the machine's tree */
#define DEVTREE_VIRTUAL     "mirrorball,virtual-machine" /* root of a virtual machine's tree */
#define DEVTREE_CPU         "mips,r4400"
#define DEVTREE_CPU_LINES   "mti,cpu-interrupt-controller" /* interrupts = <LINES_IP_*> */
#define DEVTREE_UART        "ns16550a"
#define DEVTREE_INTC        "brcm,bcm7038-l1-intc" /* interrupts = <LINES_SOURCE_*> */
#define DEVTREE_MESSAGES    "mirrorball,messages"  /* the INTC_IPI_* part */
#define DEVTREE_CPUCTL      "mirrorball,cpuctl"
#define DEVTREE_CLOCK       "mirrorball,clock"
#define DEVTREE_RTC         "google,goldfish-rtc"
#define DEVTREE_POWER       "mirrorball,power"
#define DEVTREE_ANNOTATION  "mirrorball,annotation"
#define DEVTREE_FRAMEBUFFER "mirrorball,framebuffer" /* its registers */
#define DEVTREE_PICTURE     "simple-framebuffer"     /* its pixels, in /chosen */
#define DEVTREE_NODE        "mirrorball,node-controller"
#define DEVTREE_VIRTIO      "virtio,mmio"
#define DEVTREE_MODULE      "mirrorball,module"
#define DEVTREE_DISTANCES   "numa-distance-map-v1"

/* Properties of the machine. */
#define DEVTREE_TLB_ENTRIES "mirrorball,tlb-entries" /* cpu: u32, 48 or 64 */
#define DEVTREE_ROUND_ROBIN "mirrorball,round-robin" /* memory: empty: round-robin layout */
#define DEVTREE_RNG_SEED    "rng-seed"               /* chosen: bytes, from the run's seed */
#define DEVTREE_SWAP        "mirrorball,swap"        /* virtio: empty: a disk for memory */

/* An initrd: properties of /chosen, u64 each, the physical addresses of its first byte and its end.
 */
#define DEVTREE_INITRD_START "linux,initrd-start"
#define DEVTREE_INITRD_END   "linux,initrd-end"

/* Boot modules: /chosen/module@ADDRESS with reg, and these. */
#define DEVTREE_MODULE_NAME "mirrorball,name" /* string, unique */

/* Virtual machines to start: /virtual-machines/vm@N. */
#define DEVTREE_VMS                   "virtual-machines"
#define DEVTREE_VM                    "mirrorball,vm"
#define DEVTREE_VM_NAME               "mirrorball,name"        /* string */
#define DEVTREE_VM_MEMORY             "mirrorball,memory"      /* u64: bytes */
#define DEVTREE_VM_VCPUS              "mirrorball,vcpus"       /* u32 */
#define DEVTREE_VM_KERNEL             "mirrorball,kernel"      /* string: name of a module */
#define DEVTREE_VM_TREE               "mirrorball,device-tree" /* string: name of a module */
#define DEVTREE_VM_INITRD             "mirrorball,initrd"      /* string: name of a module */
#define DEVTREE_VM_CPUS               "mirrorball,cpus"        /* u32 list: where its VCPUs start */
#define DEVTREE_VM_PRIVILEGED         "mirrorball,privileged"  /* string: one of the next three */
#define DEVTREE_VM_PRIVILEGED_TRAP    "trap"
#define DEVTREE_VM_PRIVILEGED_SHARED  "shared-page"
#define DEVTREE_VM_PRIVILEGED_REWRITE "rewrite"
#define DEVTREE_VM_SECOND_LEVEL       "mirrorball,second-level"  /* u32: entries per VCPU; 0: off */
#define DEVTREE_VM_LARGE              "mirrorball,large-entries" /* empty: large window entries */
#define DEVTREE_VM_PINNED             "mirrorball,pinned" /* empty: VCPUs stay on their CPUs */
#define DEVTREE_VM_GANG               "mirrorball,gang"   /* empty: VCPUs run together */
#define DEVTREE_VM_SLICE              "mirrorball,slice"  /* u32: time slice, microseconds */
#define DEVTREE_VM_VIRTUAL_ASIDS      "mirrorball,virtual-asids" /* empty: the monitor gives ASIDs */

/* Where its pages lie, and whether they move (docs/monitor/numa.md). */
#define DEVTREE_VM_PLACEMENT             "mirrorball,placement" /* string: one of the next three */
#define DEVTREE_VM_PLACEMENT_FIRST_TOUCH "first-touch"
#define DEVTREE_VM_PLACEMENT_ROUND_ROBIN "round-robin"
#define DEVTREE_VM_PLACEMENT_FIXED       "fixed"
#define DEVTREE_VM_PLACEMENT_NODE        "mirrorball,placement-node" /* u32: where fixed */
#define DEVTREE_VM_MOVEMENT              "mirrorball,movement" /* string: one of the next five */
#define DEVTREE_VM_MOVEMENT_OFF          "off"
#define DEVTREE_VM_MOVEMENT_MIGRATE      "migrate"
#define DEVTREE_VM_MOVEMENT_REPLICATE    "replicate"
#define DEVTREE_VM_MOVEMENT_BOTH         "both"
#define DEVTREE_VM_MOVEMENT_RANDOM       "random"
#define DEVTREE_VM_MOVEMENT_BY           "mirrorball,movement-by" /* string: what makes a page hot */
#define DEVTREE_VM_MOVEMENT_BY_CACHE     "cache"
#define DEVTREE_VM_MOVEMENT_BY_TLB       "tlb"
#define DEVTREE_VM_MOVEMENT_TRIGGER      "mirrorball,movement-trigger"  /* u32: misses */
#define DEVTREE_VM_MOVEMENT_SHARING      "mirrorball,movement-sharing"  /* u32: misses */
#define DEVTREE_VM_MOVEMENT_WRITE        "mirrorball,movement-write"    /* u32: writes */
#define DEVTREE_VM_MOVEMENT_MOVES        "mirrorball,movement-moves"    /* u32: in an interval */
#define DEVTREE_VM_MOVEMENT_THRASH       "mirrorball,movement-thrash"   /* u32: moves ever */
#define DEVTREE_VM_MOVEMENT_RESERVE      "mirrorball,movement-reserve"  /* u32: pages of a node */
#define DEVTREE_VM_MOVEMENT_INTERVAL     "mirrorball,movement-interval" /* u32: log2 of cycles */

/* Its disks: /virtual-machines/vm@N/disk@SLOT, SLOT as in virtio.h of the virtual machine. */
#define DEVTREE_DISK            "mirrorball,disk"
#define DEVTREE_DISK_BASE       "mirrorball,base"       /* u32: virtio slot of the machine's disk */
#define DEVTREE_DISK_SHARED     "mirrorball,shared"     /* empty: writes are visible to others */
#define DEVTREE_DISK_PERSISTENT "mirrorball,persistent" /* empty: writes outlive the VM */

/* Its network devices: /virtual-machines/vm@N/nic@SLOT with local-mac-address. */
#define DEVTREE_NIC     "mirrorball,nic"
#define DEVTREE_NIC_MTU "mirrorball,mtu" /* u32: what its driver is told; 1500 if missing */
