/*
 * The C interface of the emulated device: device memory, copies and launches on the processor.
 *
 * One emulated device may be used by one thread at a time; several devices may live side by side.
 * Everything is synchronous: a call returns when its work is done.
 */
#ifndef LAMINA_EMULATION_H
#define LAMINA_EMULATION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct emulated_device emulated_device;

/*
 * Opens a device.
 *
 * memory_bytes  size of the device memory; address space is reserved, pages are touched when used
 * seed          permutes the order in which the threads of a block run
 * threads       blocks that run side by side on host threads, >= 1
 * Returns null if the memory cannot be reserved.
 */
emulated_device* emulation_open(int64_t memory_bytes, uint64_t seed, int threads);

/* Frees a device and all its memory. */
void emulation_close(emulated_device* device);

/*
 * Allocates device memory: aligned to 256 bytes, filled with 0xff bytes (NaN as float and double), between guard
 * zones of 256 bytes or more. 0 bytes get an address that may not be accessed.
 * Returns the address, or 0 if less is free.
 */
uint64_t emulation_allocate(emulated_device* device, int64_t bytes);

/* Frees an allocation. Returns 0, or 1 with a message if there is none at this address. */
int emulation_free(emulated_device* device, uint64_t address);

/*
 * Copies bytes; each address may be one of the host's or of the device's, and ranges on the device must lie in an
 * allocation. Returns 0, or 1 with a message.
 */
int emulation_copy(emulated_device* device, uint64_t to, uint64_t from, int64_t bytes);

/*
 * Runs a device function. parameters[i] points to the i-th argument; all arguments of all device functions are
 * 8 bytes wide.
 *
 * Returns 0, or 1 with a message that names the device function, the block, the thread and the address if an access
 * leaves its allocation or the block's shared memory, a barrier is not reached by all threads, the function is
 * unknown, or the geometry is beyond what a device has (1024 threads, shared_bytes > 227 KiB).
 */
int emulation_launch(emulated_device* device, const char* function, const uint32_t grid[3], const uint32_t block[3],
                     uint32_t shared_bytes, void** parameters);

/*
 * Writes the names of all device functions, each followed by a newline, and a final 0, as far as they fit.
 * Returns the size that all of it needs.
 */
int64_t emulation_functions(char* buffer, int64_t size);

/* Returns how many parameters a device function has, or -1 if it is unknown. */
int emulation_parameters(const char* function);

/* Returns the free bytes of device memory, which may lie in several pieces. */
int64_t emulation_free_memory(emulated_device* device);

/* Returns the text of the last failure; valid until the next call that fails. */
const char* emulation_message(emulated_device* device);

#ifdef __cplusplus
}
#endif

#endif
