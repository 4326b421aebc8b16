/*
 * A stand-in for NVIDIA's libcuda.so.1 over the emulation of device code: what JCuda calls is done on an emulated
 * device, so that the way through JCuda is tested without a GPU. EMULATION_LIBRARY names the emulation;
 * EMULATED_DRIVER_VERSION and EMULATED_DEVICE_COUNT change what it says of itself. Modules are not loaded: a function
 * is known by its name, and unknown names are reported as such.
 */
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>

namespace {

constexpr int INVALID = 1;
constexpr int OUT_OF_MEMORY = 2;
constexpr int NO_DEVICE = 100;
constexpr int NOT_FOUND = 500;
constexpr int ILLEGAL_ADDRESS = 700;
constexpr int64_t MEMORY = 64 << 20;

void* device = nullptr;
bool attached = false;
int contexts = 0;
int modules = 0;
int streams = 0;
int events = 0;
std::set<std::string> names;
std::map<uint64_t, int64_t> allocations;
std::set<void*> pinned;

template <typename F>
F symbol(const char* name) {
  static void* library = dlopen(getenv("EMULATION_LIBRARY"), RTLD_NOW);
  return reinterpret_cast<F>(dlsym(library, name));
}

int number(const char* variable, int otherwise) {
  const char* text = getenv(variable);
  return text == nullptr ? otherwise : atoi(text);
}

int copy(uint64_t to, uint64_t from, size_t bytes) {
  static auto emulated = symbol<int (*)(void*, uint64_t, uint64_t, int64_t)>("emulation_copy");
  return attached && emulated(device, to, from, static_cast<int64_t>(bytes)) == 0 ? 0 : ILLEGAL_ADDRESS;
}

}  // namespace

extern "C" {

/* For the test: whatever is still open. */
int emulated_cuda_open_things() {
  return contexts + modules + streams + events + static_cast<int>(allocations.size() + pinned.size());
}

int cuInit(unsigned) { return number("EMULATED_INIT_STATUS", 0); }

int cuDriverGetVersion(int* version) {
  *version = number("EMULATED_DRIVER_VERSION", 13000);
  return 0;
}

int cuDeviceGetCount(int* count) {
  *count = number("EMULATED_DEVICE_COUNT", 1);
  return 0;
}

int cuDeviceGet(int* handle, int ordinal) {
  *handle = ordinal;
  return ordinal < number("EMULATED_DEVICE_COUNT", 1) ? 0 : 101;
}

int cuDeviceGetName(char* name, int length, int) {
  snprintf(name, static_cast<size_t>(length), "Stand-in for a GPU");
  return 0;
}

int cuDeviceTotalMem_v2(size_t* bytes, int) {
  *bytes = MEMORY;
  return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int) {
  *value = attribute == 16 ? 2 : attribute == 75 ? 9 : attribute == 76 ? 0 : -1;  // multiprocessors, capability 9.0
  return 0;
}

int cuDevicePrimaryCtxRetain(void** context, int) {
  static auto open = symbol<void* (*)(int64_t, uint64_t, int)>("emulation_open");
  static auto list = symbol<int64_t (*)(char*, int64_t)>("emulation_functions");
  if (contexts++ == 0) {
    device = open(MEMORY, 7, 2);
    std::string all(static_cast<size_t>(list(nullptr, 0)), ' ');
    list(&all[0], static_cast<int64_t>(all.size()));
    for (size_t from = 0, to; (to = all.find('\n', from)) != std::string::npos; from = to + 1) {
      names.insert(all.substr(from, to - from));
    }
  }
  *context = reinterpret_cast<void*>(0xc0);
  return device == nullptr ? NO_DEVICE : 0;
}

int cuDevicePrimaryCtxRelease_v2(int) {
  static auto close = symbol<void (*)(void*)>("emulation_close");
  if (--contexts == 0) {
    close(device);
    device = nullptr;
  }
  return 0;
}

int cuCtxSetCurrent(void* context) {
  attached = context == reinterpret_cast<void*>(0xc0);
  return attached ? 0 : 201;
}

int cuCtxSynchronize() { return 0; }

int cuMemGetInfo_v2(size_t* free, size_t* total) {
  static auto emulated = symbol<int64_t (*)(void*)>("emulation_free_memory");
  *free = static_cast<size_t>(emulated(device));
  *total = MEMORY;
  return 0;
}

int cuMemAlloc_v2(uint64_t* address, size_t bytes) {
  static auto emulated = symbol<uint64_t (*)(void*, int64_t)>("emulation_allocate");
  *address = emulated(device, static_cast<int64_t>(bytes));
  if (*address == 0) {
    return OUT_OF_MEMORY;
  }
  allocations[*address] = static_cast<int64_t>(bytes);
  return 0;
}

int cuMemFree_v2(uint64_t address) {
  static auto emulated = symbol<int (*)(void*, uint64_t)>("emulation_free");
  return allocations.erase(address) == 1 && emulated(device, address) == 0 ? 0 : INVALID;
}

int cuMemHostAlloc(void** memory, size_t bytes, unsigned) {
  *memory = aligned_alloc(256, (bytes + 255) / 256 * 256);
  pinned.insert(*memory);
  return 0;
}

int cuMemFreeHost(void* memory) {
  if (pinned.erase(memory) != 1) {
    return INVALID;
  }
  free(memory);
  return 0;
}

int cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t bytes, void*) {
  return copy(to, reinterpret_cast<uint64_t>(from), bytes);
}

int cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t bytes, void*) {
  return copy(reinterpret_cast<uint64_t>(to), from, bytes);
}

int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void*) { return copy(to, from, bytes); }

int cuModuleLoadData(void** module, const void* image) {
  modules++;
  *module = reinterpret_cast<void*>(0x30);
  return image == nullptr ? 200 : 0;
}

int cuModuleUnload(void*) {
  modules--;
  return 0;
}

int cuModuleGetFunction(void** function, void*, const char* name) {
  auto found = names.find(name);
  if (found == names.end()) {
    return NOT_FOUND;
  }
  *function = const_cast<char*>(found->c_str());
  return 0;
}

int cuFuncSetAttribute(void*, int, int) { return 0; }

int cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, void*, void** parameters, void**) {
  static auto launch =
      symbol<int (*)(void*, const char*, const uint32_t*, const uint32_t*, uint32_t, void**)>("emulation_launch");
  static auto message = symbol<const char* (*)(void*)>("emulation_message");
  uint32_t grid[] = {gx, gy, gz};
  uint32_t block[] = {bx, by, bz};
  if (launch(device, static_cast<const char*>(function), grid, block, shared, parameters) != 0) {
    fprintf(stderr, "%s\n", message(device));
    return ILLEGAL_ADDRESS;
  }
  return 0;
}

int cuStreamCreate(void** stream, unsigned) {
  *stream = reinterpret_cast<void*>(static_cast<intptr_t>(0x100 + streams++));
  return 0;
}

int cuStreamDestroy_v2(void*) {
  streams--;
  return 0;
}

int cuStreamWaitEvent(void*, void*, unsigned) { return 0; }

int cuStreamSynchronize(void*) { return 0; }

int cuEventCreate(void** event, unsigned) {
  *event = reinterpret_cast<void*>(static_cast<intptr_t>(0x10000 + events++));
  return 0;
}

int cuEventRecord(void*, void*) { return 0; }

int cuEventSynchronize(void*) { return 0; }

int cuEventElapsedTime(float* milliseconds, void*, void*) {
  *milliseconds = 1.5f;
  return 0;
}

int cuEventDestroy_v2(void*) {
  events--;
  return 0;
}
}
