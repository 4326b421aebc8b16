/*
 * The emulated device: memory with guard zones, fibers for the threads of a block, and the checks of every access.
 *
 * This file is compiled without instrumentation; it defines the functions that g++'s kernel-address sanitiser calls
 * before each load and store of the device functions. See emulation.h for the interface and README.md for the design.
 */
#include "emulation.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "device.h"
#include "registry.h"

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace emulation {

thread_local const Thread* current __attribute__((tls_model("initial-exec"))) = nullptr;

namespace {

constexpr int64_t ALIGNMENT = 256;
constexpr int64_t GUARD = 256;
constexpr int64_t STACK_BYTES = 128 * 1024;
constexpr int MAX_THREADS = 1024;
constexpr int64_t SHARED_LIMIT = 227 * 1024;
constexpr int64_t STATIC_SHARED_LIMIT = 48 * 1024;
constexpr int64_t SHARED_GUARD = 64;
constexpr int64_t SHARED_SPACE = 512 * 1024;
constexpr int POISON = 0xff;  // all bits set: NaN as float and as double, -1 as an integer

unsigned char* reserve(int64_t bytes) {
  void* space = mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return space == MAP_FAILED ? nullptr : static_cast<unsigned char*>(space);
}

/* A range of addresses of which some bytes may be accessed: one shadow byte tells how many of each 8. */
struct CheckedSpace {
  unsigned char* memory = nullptr;
  unsigned char* shadow = nullptr;
  uint64_t size = 0;

  bool open(int64_t bytes) {
    memory = reserve(bytes);
    shadow = reserve(bytes / 8);
    size = static_cast<uint64_t>(bytes);
    return memory != nullptr && shadow != nullptr;
  }

  void close() {
    if (memory != nullptr) {
      munmap(memory, size);
    }
    if (shadow != nullptr) {
      munmap(shadow, size / 8);
    }
  }

  bool holds(uint64_t address) const {
    return address - reinterpret_cast<uint64_t>(memory) < size;
  }

  void permit(uint64_t offset, int64_t bytes) {
    memset(shadow + offset / 8, 8, static_cast<size_t>(bytes / 8));
    if (bytes % 8 != 0) {
      shadow[offset / 8 + static_cast<uint64_t>(bytes) / 8] = static_cast<unsigned char>(bytes % 8);
    }
  }

  void forbid(uint64_t offset, int64_t bytes) {
    memset(shadow + offset / 8, 0, static_cast<size_t>((bytes + 7) / 8));
  }

  bool permits(uint64_t address, uint64_t bytes) const {
    uint64_t from = address - reinterpret_cast<uint64_t>(memory);
    uint64_t last = from + bytes - 1;
    if (last >= size) {
      return false;
    }
    for (uint64_t word = from / 8; word <= last / 8; word++) {
      uint64_t needed = word == last / 8 ? last % 8 + 1 : 8;
      if (shadow[word] < needed) {
        return false;
      }
    }
    return true;
  }
};

struct PendingCopy {
  void* to;
  const void* from;
  int bytes;
  int valid;
  int group;
};

enum class State { RUNNING, AT_BARRIER, AT_WARP_BARRIER, ENDED };

struct Fiber {
  Thread thread;
#if defined(__x86_64__)
  void* stack_pointer;
#else
  ucontext_t context;
#endif
  State state;
  const char* file;
  int line;
  uint32_t mask;
  int copy_group;
  std::vector<PendingCopy> copies;
};

struct Warp {
  uint32_t existing;
  uint32_t waiting;
  uint32_t epoch;
  alignas(64) unsigned char slots[3][32][64];
};

struct SharedVariable {
  const void* key;
  unsigned char* memory;
};

struct Launch {
  const EmulatedFunction* function;
  void** parameters;
  dim3 grid;
  dim3 block;
  uint32_t shared_bytes;
  uint64_t number;
  std::atomic<int64_t> next_block{0};
  std::atomic<bool> failed{false};
};

}  // namespace

/* One host thread's share of the device: it runs one block at a time. */
struct Worker {
  emulated_device* device = nullptr;
  Launch* launch = nullptr;
  std::vector<Fiber> fibers = std::vector<Fiber>(MAX_THREADS);
  std::vector<Warp> warps = std::vector<Warp>(MAX_THREADS / 32);
  unsigned char* stacks = nullptr;
  CheckedSpace shared;
  std::vector<SharedVariable> variables;
  uint64_t shared_used = 0;
  int64_t static_bytes = 0;
  unsigned char* dynamic = nullptr;
  std::deque<int> ready;
  int running = -1;
  int threads = 0;
  int ended = 0;
  int at_barrier = 0;
  bool newest_first = false;
  uint64_t random = 0;
#if defined(__x86_64__)
  void* main_stack = nullptr;
#else
  ucontext_t main_context;
#endif

  bool open();
  void close();
  void run_blocks(Launch* launch);
  void run_block(int64_t block);
  void start(int fiber);
  void resume_next();
  void leave();
  uint64_t next_random();
  void shuffle(std::vector<int>* order);
  void* place(int64_t bytes);
  bool host_may_access(uint64_t address) const;
  [[noreturn]] void fail(const std::string& what);
  void stuck();
};

namespace {

thread_local Worker* worker __attribute__((tls_model("initial-exec"))) = nullptr;

}  // namespace

}  // namespace emulation

using emulation::CheckedSpace;
using emulation::Launch;
using emulation::Worker;

struct emulated_device {
  CheckedSpace space;
  int64_t capacity = 0;
  int64_t used = 0;
  uint64_t next = 0;
  std::map<uint64_t, int64_t> allocations;  // offset -> bytes
  uint64_t seed = 0;
  uint64_t launches = 0;
  std::string message;
  std::mutex lock;
  std::condition_variable changed;
  std::vector<Worker*> workers;
  std::vector<std::thread> host_threads;
  Launch* launch = nullptr;
  uint64_t generation = 0;
  int busy = 0;
  bool closing = false;

  void serve(Worker* own);
  void record(const std::string& text);
};

namespace emulation {

#if defined(__x86_64__)
/* Saves the callee-saved registers on the stack, leaves its address in *from and goes on at `to`. */
extern "C" void lamina_switch_stack(void** from, void* to);
asm(R"(
.text
.hidden lamina_switch_stack
.globl lamina_switch_stack
.type lamina_switch_stack, @function
lamina_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size lamina_switch_stack, .-lamina_switch_stack
)");
#endif

namespace {

/* The first function on a fiber's stack: runs the device function for one thread. */
void fiber_main() {
  Worker* own = worker;
  own->launch->function->call(own->launch->parameters);
  Fiber& fiber = own->fibers[static_cast<size_t>(own->running)];
  if (!fiber.copies.empty()) {
    own->fail("the thread ended with asynchronous copies that nobody waited for");
  }
  fiber.state = State::ENDED;
  own->ended++;
  own->resume_next();
  abort();  // an ended fiber is never resumed
}

std::string place_of(const Fiber& fiber) {
  const char* name = strrchr(fiber.file, '/');
  return std::string(name == nullptr ? fiber.file : name + 1) + ":" + std::to_string(fiber.line);
}

std::string text(const uint3& v) {
  return "(" + std::to_string(v.x) + ", " + std::to_string(v.y) + ", " + std::to_string(v.z) + ")";
}

std::string hex(uint64_t value) {
  char buffer[32];
  snprintf(buffer, sizeof buffer, "0x%llx", static_cast<unsigned long long>(value));
  return buffer;
}

extern "C" const char __ehdr_start[] __attribute__((visibility("hidden")));
extern "C" const char _end[] __attribute__((visibility("hidden")));

}  // namespace

bool Worker::open() {
  stacks = reserve(STACK_BYTES * MAX_THREADS);
  return stacks != nullptr && shared.open(SHARED_SPACE);
}

void Worker::close() {
  if (stacks != nullptr) {
    munmap(stacks, STACK_BYTES * MAX_THREADS);
  }
  shared.close();
}

/* SplitMix64. */
uint64_t Worker::next_random() {
  random += 0x9e3779b97f4a7c15u;
  uint64_t z = random;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void Worker::shuffle(std::vector<int>* order) {
  for (size_t i = order->size(); i > 1; i--) {
    std::swap((*order)[i - 1], (*order)[next_random() % i]);
  }
}

/* Takes shared memory for one variable. */
void* Worker::place(int64_t bytes) {
  uint64_t offset = (shared_used + SHARED_GUARD + 127) / 128 * 128;
  if (offset + static_cast<uint64_t>(bytes) + SHARED_GUARD > shared.size) {
    fail("shared memory of more than " + std::to_string(SHARED_LIMIT) + " bytes");
  }
  shared.permit(offset, bytes);
  memset(shared.memory + offset, POISON, static_cast<size_t>(bytes));
  shared_used = offset + static_cast<uint64_t>(bytes);
  return shared.memory + offset;
}

/* Stacks, and the library's own constants and variables. */
bool Worker::host_may_access(uint64_t address) const {
  uint64_t image = reinterpret_cast<uint64_t>(__ehdr_start);
  return address - reinterpret_cast<uint64_t>(stacks) < static_cast<uint64_t>(STACK_BYTES * MAX_THREADS) ||
         address - image < reinterpret_cast<uint64_t>(_end) - image ||
         address - reinterpret_cast<uint64_t>(fibers.data()) < fibers.size() * sizeof(Fiber) ||
         address - reinterpret_cast<uint64_t>(warps.data()) < warps.size() * sizeof(Warp);
}

void Worker::fail(const std::string& what) {
  const Thread& thread = fibers[static_cast<size_t>(running)].thread;
  if (!launch->failed.exchange(true)) {
    device->record(std::string(launch->function->name) + ": block " + text(thread.block_index) + ", thread " +
                   text(thread.thread_index) + ": " + what);
  }
  leave();
  abort();  // an abandoned fiber is never resumed
}

/* Goes back to the block loop. */
void Worker::leave() {
#if defined(__x86_64__)
  void* ignored;
  lamina_switch_stack(&ignored, main_stack);
#else
  setcontext(&main_context);
#endif
}

/* Switches from the running fiber to one that is ready; returns when the running one is resumed. */
void Worker::resume_next() {
  if (ready.empty()) {
    if (ended == threads) {
      leave();
    }
    stuck();
  }
  int from = running;
  int to = ready.front();
  ready.pop_front();
  running = to;
  Fiber& next = fibers[static_cast<size_t>(to)];
  current = &next.thread;
  if (from == to) {
    return;
  }
#if defined(__x86_64__)
  lamina_switch_stack(&fibers[static_cast<size_t>(from)].stack_pointer, next.stack_pointer);
#else
  swapcontext(&fibers[static_cast<size_t>(from)].context, &next.context);
#endif
}

/* Nobody can go on: says who waits where. */
void Worker::stuck() {
  for (int i = 0; i < threads; i++) {
    if (fibers[static_cast<size_t>(i)].state == State::AT_WARP_BARRIER) {
      running = i;
      fail("waits for its warp at " + place_of(fibers[static_cast<size_t>(i)]) +
           ", but other lanes of the mask are elsewhere");
    }
  }
  for (int i = 0; i < threads; i++) {
    if (fibers[static_cast<size_t>(i)].state == State::AT_BARRIER) {
      running = i;
      fail("waits at the barrier " + place_of(fibers[static_cast<size_t>(i)]) + " that only " +
           std::to_string(at_barrier) + " of " + std::to_string(threads) + " threads reach; " +
           std::to_string(ended) + " have ended");
    }
  }
}

void Worker::start(int index) {
  Fiber& fiber = fibers[static_cast<size_t>(index)];
  unsigned char* top = stacks + STACK_BYTES * (index + 1);
#if defined(__x86_64__)
  // What lamina_switch_stack pops: six registers and the return address; above it a null one keeps the alignment.
  void** slot = reinterpret_cast<void**>(top) - 8;
  std::fill(slot, slot + 8, nullptr);
  slot[6] = reinterpret_cast<void*>(&fiber_main);
  fiber.stack_pointer = slot;
#else
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = top - STACK_BYTES;
  fiber.context.uc_stack.ss_size = STACK_BYTES;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, fiber_main, 0);
#endif
}

void Worker::run_block(int64_t block) {
  const dim3& size = launch->block;
  const dim3& grid = launch->grid;
  threads = static_cast<int>(size.x * size.y * size.z);
  ended = 0;
  at_barrier = 0;
  random = device->seed * 0x2545f4914f6cdd1du + launch->number * 0x9e3779b97f4a7c15u + static_cast<uint64_t>(block);
  newest_first = next_random() & 1;
  ready.clear();
  variables.clear();
  shared_used = 0;
  static_bytes = 0;
  dynamic = static_cast<unsigned char*>(place(launch->shared_bytes));
  uint64_t index = static_cast<uint64_t>(block);
  uint3 block_index{static_cast<uint32_t>(index % grid.x), static_cast<uint32_t>(index / grid.x % grid.y),
                    static_cast<uint32_t>(index / grid.x / grid.y)};
  std::vector<int> order;
  for (int i = 0; i < threads; i++) {
    uint32_t t = static_cast<uint32_t>(i);
    Fiber& fiber = fibers[static_cast<size_t>(i)];
    fiber.thread = {{t % size.x, t / size.x % size.y, t / size.x / size.y}, block_index, size, grid};
    fiber.state = State::RUNNING;
    fiber.file = "";
    fiber.copy_group = 0;
    fiber.copies.clear();
    start(i);
    order.push_back(i);
  }
  for (int w = 0; w < (threads + 31) / 32; w++) {
    int lanes = std::min(32, threads - 32 * w);
    warps[static_cast<size_t>(w)].existing = lanes == 32 ? 0xffffffffu : (1u << lanes) - 1;
    warps[static_cast<size_t>(w)].waiting = 0;
    warps[static_cast<size_t>(w)].epoch = 0;
  }
  shuffle(&order);
  ready.assign(order.begin(), order.end());
  running = ready.front();
  ready.pop_front();
  Fiber& first = fibers[static_cast<size_t>(running)];
  current = &first.thread;
#if defined(__x86_64__)
  lamina_switch_stack(&main_stack, first.stack_pointer);
#else
  swapcontext(&main_context, &first.context);
#endif
  current = nullptr;
  shared.forbid(0, static_cast<int64_t>(shared_used + SHARED_GUARD));
}

void Worker::run_blocks(Launch* work) {
  launch = work;
  worker = this;
  int64_t blocks = static_cast<int64_t>(work->grid.x) * work->grid.y * work->grid.z;
  while (!work->failed) {
    int64_t block = work->next_block++;
    if (block >= blocks) {
      break;
    }
    run_block(block);
  }
  worker = nullptr;
}

void barrier(const char* file, int line) {
  Worker* own = worker;
  Fiber& fiber = own->fibers[static_cast<size_t>(own->running)];
  fiber.file = file;
  fiber.line = line;
  fiber.state = State::AT_BARRIER;
  own->at_barrier++;
  if (own->at_barrier == own->threads) {
    std::vector<int> order;
    for (int i = 0; i < own->threads; i++) {
      Fiber& other = own->fibers[static_cast<size_t>(i)];
      if (other.line != line || strcmp(other.file, file) != 0) {
        own->fail("waits at the barrier " + place_of(fiber) + " while thread " + text(other.thread.thread_index) +
                  " waits at " + place_of(other));
      }
      other.state = State::RUNNING;
      order.push_back(i);
    }
    own->at_barrier = 0;
    own->shuffle(&order);
    own->ready.assign(order.begin(), order.end());
  }
  own->resume_next();
}

namespace {

/* Waits for the lanes of the mask; the last one to arrive combines what they published in the slots. */
void wait_for_warp(uint32_t mask, const char* file, int line, unsigned char* slots, Combine combine) {
  Worker* own = worker;
  int index = own->running;
  Fiber& fiber = own->fibers[static_cast<size_t>(index)];
  Warp& warp = own->warps[static_cast<size_t>(index / 32)];
  uint32_t needed = mask & warp.existing;
  fiber.file = file;
  fiber.line = line;
  fiber.mask = mask;
  if ((needed >> (index % 32) & 1) == 0) {
    own->fail("is not in the mask " + hex(mask) + " of the warp operation at " + place_of(fiber));
  }
  warp.waiting |= 1u << (index % 32);
  fiber.state = State::AT_WARP_BARRIER;
  if ((warp.waiting & needed) == needed) {
    for (int lane = 0; lane < 32; lane++) {
      if (needed >> lane & 1) {
        Fiber& other = own->fibers[static_cast<size_t>(index / 32 * 32 + lane)];
        if (other.mask != mask || other.line != line || strcmp(other.file, file) != 0) {
          own->fail("is at the warp operation " + place_of(fiber) + " while lane " + std::to_string(lane) +
                    " is at " + place_of(other));
        }
        other.state = State::RUNNING;
      }
    }
    warp.waiting &= ~needed;
    warp.epoch++;
    if (combine != nullptr) {
      combine(slots);
    }
    // Any order will do: start with a random lane and go either way.
    uint64_t random = own->next_random();
    for (uint32_t k = 0; k < 32; k++) {
      uint32_t lane = (static_cast<uint32_t>(random) + (random >> 32 & 1 ? k : 32 - k)) & 31;
      if (needed >> lane & 1) {
        int other = index / 32 * 32 + static_cast<int>(lane);
        if (own->newest_first) {
          own->ready.push_front(other);
        } else {
          own->ready.push_back(other);
        }
      }
    }
  }
  own->resume_next();
}

}  // namespace

void warp_barrier(uint32_t mask, const char* file, int line) {
  wait_for_warp(mask, file, line, nullptr, nullptr);
}

const unsigned char* exchange(uint32_t mask, const void* value, int bytes, const char* file, int line,
                              Combine combine) {
  Worker* own = worker;
  int index = own->running;
  Warp& warp = own->warps[static_cast<size_t>(index / 32)];
  // With all lanes two buffers take turns: nobody is two exchanges ahead. Parts of a warp wait twice.
  bool whole = (mask & warp.existing) == warp.existing;
  unsigned char(*slots)[64] = whole ? warp.slots[warp.epoch & 1] : warp.slots[2];
  if (!whole) {
    wait_for_warp(mask, file, line, nullptr, nullptr);
  }
  memcpy(slots[index % 32], value, static_cast<size_t>(bytes));
  wait_for_warp(mask, file, line, &slots[0][0], combine);
  return &slots[0][0];
}

void combine_mma_f64(unsigned char* slots) {
  F64Fragments* lanes = reinterpret_cast<F64Fragments*>(slots);
  constexpr int STEP = 64 / sizeof(F64Fragments);
  for (int lane = 0; lane < 32; lane++) {
    double* c = lanes[STEP * lane].c;
    int col = lane % 4 * 2;
    for (int k = 0; k < 4; k++) {
      double left = lanes[STEP * (lane / 4 * 4 + k)].a;
      c[0] = std::fma(left, lanes[STEP * (col * 4 + k)].b, c[0]);
      c[1] = std::fma(left, lanes[STEP * (col * 4 + 4 + k)].b, c[1]);
    }
  }
}

namespace {

/* Rounds toward zero. */
float truncated(double value) {
  float nearest = static_cast<float>(value);
  return std::fabs(static_cast<double>(nearest)) > std::fabs(value) ? std::nextafterf(nearest, 0.0f) : nearest;
}

double tf32(uint32_t bits) {
  return static_cast<double>(__uint_as_float(bits & 0xffffe000u));
}

}  // namespace

void combine_mma_tf32(unsigned char* slots) {
  Tf32Fragments* lanes = reinterpret_cast<Tf32Fragments*>(slots);
  for (int lane = 0; lane < 32; lane++) {
    for (int i = 0; i < 4; i++) {
      double sum = lanes[lane].c[i];
      for (int k = 0; k < 8; k++) {
        // Register r of the left fragment holds row group + 8 (r mod 2), column lane mod 4 + 4 (r div 2).
        uint32_t left = lanes[lane / 4 * 4 + k % 4].a[(i >= 2) + 2 * (k >= 4)];
        uint32_t right = lanes[(lane % 4 * 2 + i % 2) * 4 + k % 4].b[k >= 4];
        sum += tf32(left) * tf32(right);
      }
      lanes[lane].c[i] = truncated(sum);
    }
  }
}

void* shared(const void* key, int64_t bytes) {
  Worker* own = worker;
  for (const SharedVariable& v : own->variables) {
    if (v.key == key) {
      return v.memory;
    }
  }
  own->static_bytes += bytes;
  if (own->static_bytes > STATIC_SHARED_LIMIT) {
    own->fail("static shared memory of more than " + std::to_string(STATIC_SHARED_LIMIT) + " bytes");
  }
  unsigned char* memory = static_cast<unsigned char*>(own->place(bytes));
  own->variables.push_back({key, memory});
  return memory;
}

void* shared_dynamic() {
  return worker->dynamic;
}

namespace {

/* Fails unless the running thread may access these bytes. */
void check(uint64_t address, uint64_t bytes, bool write) {
  Worker* own = worker;
  if (own == nullptr) {
    return;  // static initialisers
  }
  const char* what = write ? "writes " : "reads ";
  const CheckedSpace& device = own->device->space;
  if (__builtin_expect(device.holds(address), 1)) {
    if (__builtin_expect(!device.permits(address, bytes), 0)) {
      std::string where;
      const auto& all = own->device->allocations;
      uint64_t offset = address - reinterpret_cast<uint64_t>(device.memory);
      auto after = all.upper_bound(offset);
      if (after != all.begin()) {
        auto before = std::prev(after);
        where = ", " + std::to_string(offset - before->first) + " bytes after the start of an allocation of " +
                std::to_string(before->second);
      } else if (after != all.end()) {
        where = ", " + std::to_string(after->first - offset) + " bytes before an allocation of " +
                std::to_string(after->second);
      }
      own->fail(what + std::to_string(bytes) + " bytes out of bounds at " + hex(address) + where);
    }
  } else if (own->shared.holds(address)) {
    if (__builtin_expect(!own->shared.permits(address, bytes), 0)) {
      own->fail(what + std::to_string(bytes) + " bytes outside its shared memory at " + hex(address));
    }
  } else if (__builtin_expect(!own->host_may_access(address), 0)) {
    own->fail(what + std::to_string(bytes) + " bytes at " + hex(address) + ", which is no device memory");
  }
}

void do_copy(const PendingCopy& copy) {
  memset(copy.to, 0, static_cast<size_t>(copy.bytes));
  memcpy(copy.to, copy.from, static_cast<size_t>(copy.valid));
}

}  // namespace

void copy_async(void* to, const void* from, int bytes, int valid) {
  uint64_t size = static_cast<uint64_t>(bytes);
  check(reinterpret_cast<uint64_t>(to), size, true);
  if (valid > 0) {
    check(reinterpret_cast<uint64_t>(from), static_cast<uint64_t>(valid), false);
  }
  Worker* own = worker;
  Fiber& fiber = own->fibers[static_cast<size_t>(own->running)];
  if (!own->shared.holds(reinterpret_cast<uint64_t>(to)) || reinterpret_cast<uint64_t>(to) % size != 0 ||
      (valid > 0 && reinterpret_cast<uint64_t>(from) % size != 0)) {
    own->fail("copies asynchronously from " + hex(reinterpret_cast<uint64_t>(from)) + " to " +
              hex(reinterpret_cast<uint64_t>(to)) + ", which is not aligned or not shared memory");
  }
  fiber.copies.push_back({to, from, bytes, valid, fiber.copy_group});
}

void copy_async_commit() {
  worker->fibers[static_cast<size_t>(worker->running)].copy_group++;
}

void copy_async_wait(int groups_left) {
  Fiber& fiber = worker->fibers[static_cast<size_t>(worker->running)];
  size_t kept = 0;
  for (const PendingCopy& copy : fiber.copies) {
    if (copy.group < fiber.copy_group - groups_left) {
      do_copy(copy);
    } else {
      fiber.copies[kept++] = copy;
    }
  }
  fiber.copies.resize(kept);
}

}  // namespace emulation

/* Called by the instrumented code before each access. */
#define CHECKED(bytes)                                                                              \
  extern "C" __attribute__((visibility("hidden"))) void __asan_load##bytes##_noabort(uint64_t a) {  \
    emulation::check(a, bytes, false);                                                              \
  }                                                                                                 \
  extern "C" __attribute__((visibility("hidden"))) void __asan_store##bytes##_noabort(uint64_t a) { \
    emulation::check(a, bytes, true);                                                               \
  }
CHECKED(1)
CHECKED(2)
CHECKED(4)
CHECKED(8)
CHECKED(16)
extern "C" __attribute__((visibility("hidden"))) void __asan_loadN_noabort(uint64_t a, uint64_t bytes) {
  if (bytes > 0) {
    emulation::check(a, bytes, false);
  }
}
extern "C" __attribute__((visibility("hidden"))) void __asan_storeN_noabort(uint64_t a, uint64_t bytes) {
  if (bytes > 0) {
    emulation::check(a, bytes, true);
  }
}
extern "C" __attribute__((visibility("hidden"))) void __asan_handle_no_return() {}

void emulated_device::record(const std::string& text) {
  std::lock_guard<std::mutex> guard(lock);
  message = text;
}

void emulated_device::serve(Worker* own) {
  uint64_t seen = 0;
  std::unique_lock<std::mutex> guard(lock);
  while (true) {
    changed.wait(guard, [&] { return closing || generation != seen; });
    if (closing) {
      return;
    }
    seen = generation;
    Launch* work = launch;
    guard.unlock();
    own->run_blocks(work);
    guard.lock();
    if (--busy == 0) {
      changed.notify_all();
    }
  }
}

#define EXPORTED extern "C" __attribute__((visibility("default")))

EXPORTED emulated_device* emulation_open(int64_t memory_bytes, uint64_t seed, int threads) {
  emulated_device* device = new emulated_device;
  device->capacity = memory_bytes;
  device->seed = seed;
  // Guard zones and gaps need address space but no memory.
  bool opened = memory_bytes >= 0 && device->space.open(4 * ((memory_bytes + 4095) / 4096 * 4096) + (64 << 20));
  for (int i = 0; opened && i < std::max(1, threads); i++) {
    Worker* worker = new Worker;
    worker->device = device;
    device->workers.push_back(worker);
    opened = worker->open();
  }
  if (!opened) {
    emulation_close(device);
    return nullptr;
  }
  for (size_t i = 1; i < device->workers.size(); i++) {
    device->host_threads.emplace_back([device, i] { device->serve(device->workers[i]); });
  }
  return device;
}

EXPORTED void emulation_close(emulated_device* device) {
  {
    std::lock_guard<std::mutex> guard(device->lock);
    device->closing = true;
  }
  device->changed.notify_all();
  for (std::thread& thread : device->host_threads) {
    thread.join();
  }
  for (Worker* worker : device->workers) {
    worker->close();
    delete worker;
  }
  device->space.close();
  delete device;
}

EXPORTED uint64_t emulation_allocate(emulated_device* device, int64_t bytes) {
  using emulation::ALIGNMENT;
  using emulation::GUARD;
  int64_t rounded = (std::max<int64_t>(bytes, 1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (bytes < 0 || bytes > device->capacity || device->used + rounded > device->capacity) {
    device->record("out of memory: asked for " + std::to_string(bytes) + " bytes, free are " +
                   std::to_string(device->capacity - device->used));
    return 0;
  }
  // Next fit: freed memory is used again as late as possible, so that late accesses to it are found.
  uint64_t need = static_cast<uint64_t>(rounded + GUARD);
  uint64_t start = device->next;
  for (int round = 0; round < 2; round++) {
    auto after = device->allocations.lower_bound(start);
    if (after != device->allocations.begin()) {
      auto before = std::prev(after);
      uint64_t end = before->first + static_cast<uint64_t>(before->second);
      start = std::max(start, (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }
    while (true) {
      uint64_t offset = start + GUARD;
      uint64_t end = after == device->allocations.end() ? device->space.size : after->first;
      if (offset + need <= end) {
        device->allocations[offset] = bytes;
        device->used += rounded;
        device->next = offset + static_cast<uint64_t>(rounded);
        device->space.permit(offset, bytes);
        memset(device->space.memory + offset, emulation::POISON, static_cast<size_t>(bytes));
        return reinterpret_cast<uint64_t>(device->space.memory) + offset;
      }
      if (after == device->allocations.end()) {
        break;
      }
      uint64_t last = after->first + static_cast<uint64_t>(after->second);
      start = (last + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      ++after;
    }
    start = 0;
  }
  device->record("out of memory: no gap of " + std::to_string(bytes) + " bytes is left");
  return 0;
}

EXPORTED int emulation_free(emulated_device* device, uint64_t address) {
  uint64_t offset = address - reinterpret_cast<uint64_t>(device->space.memory);
  auto found = device->allocations.find(offset);
  if (found == device->allocations.end()) {
    device->record("free: no allocation at " + emulation::hex(address));
    return 1;
  }
  int64_t bytes = found->second;
  int64_t rounded =
      (std::max<int64_t>(bytes, 1) + emulation::ALIGNMENT - 1) / emulation::ALIGNMENT * emulation::ALIGNMENT;
  device->space.forbid(offset, bytes);
  uint64_t from = (offset + 4095) / 4096 * 4096;
  uint64_t to = (offset + static_cast<uint64_t>(bytes)) / 4096 * 4096;
  if (to > from + (1 << 20)) {
    madvise(device->space.memory + from, to - from, MADV_DONTNEED);
  }
  device->used -= rounded;
  device->allocations.erase(found);
  return 0;
}

EXPORTED int emulation_copy(emulated_device* device, uint64_t to, uint64_t from, int64_t bytes) {
  if (bytes < 0) {
    device->record("copy: negative size " + std::to_string(bytes));
    return 1;
  }
  if (bytes == 0) {
    return 0;
  }
  for (uint64_t address : {to, from}) {
    if (device->space.holds(address) && !device->space.permits(address, static_cast<uint64_t>(bytes))) {
      device->record("copy: " + std::to_string(bytes) + " bytes from " + emulation::hex(from) + " to " +
                     emulation::hex(to) + " leave the allocation at " + emulation::hex(address));
      return 1;
    }
  }
  memmove(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), static_cast<size_t>(bytes));
  return 0;
}

namespace {

const EmulatedFunction* find(const char* name) {
  for (const EmulatedFunction* const* module = emulated_modules; *module != nullptr; module++) {
    for (const EmulatedFunction* function = *module; function->name != nullptr; function++) {
      if (strcmp(function->name, name) == 0) {
        return function;
      }
    }
  }
  return nullptr;
}

}  // namespace

EXPORTED int emulation_launch(emulated_device* device, const char* function, const uint32_t grid[3],
                              const uint32_t block[3], uint32_t shared_bytes, void** parameters) {
  Launch launch;
  launch.function = find(function);
  launch.parameters = parameters;
  launch.grid = {grid[0], grid[1], grid[2]};
  launch.block = {block[0], block[1], block[2]};
  launch.shared_bytes = shared_bytes;
  launch.number = device->launches++;
  if (launch.function == nullptr) {
    device->record(std::string(function) + ": there is no such device function");
    return 1;
  }
  uint64_t threads = static_cast<uint64_t>(block[0]) * block[1] * block[2];
  uint64_t blocks = static_cast<uint64_t>(grid[0]) * grid[1] * grid[2];
  if (threads == 0 || threads > emulation::MAX_THREADS || block[2] > 64 || blocks == 0 || grid[0] > 0x7fffffffu ||
      grid[1] > 65535 || grid[2] > 65535 || shared_bytes > emulation::SHARED_LIMIT) {
    device->record(std::string(function) + ": no device launches " + std::to_string(blocks) + " blocks of " +
                   std::to_string(threads) + " threads with " + std::to_string(shared_bytes) +
                   " bytes of shared memory");
    return 1;
  }
  bool alone = blocks == 1 || device->workers.size() == 1;
  {
    std::lock_guard<std::mutex> guard(device->lock);
    device->launch = &launch;
    if (!alone) {
      device->generation++;
      device->busy = static_cast<int>(device->workers.size()) - 1;
    }
  }
  if (!alone) {
    device->changed.notify_all();
  }
  device->workers[0]->run_blocks(&launch);
  std::unique_lock<std::mutex> guard(device->lock);
  device->changed.wait(guard, [&] { return alone || device->busy == 0; });
  device->launch = nullptr;
  return launch.failed ? 1 : 0;
}

EXPORTED int64_t emulation_functions(char* buffer, int64_t size) {
  std::string names;
  for (const EmulatedFunction* const* module = emulated_modules; *module != nullptr; module++) {
    for (const EmulatedFunction* function = *module; function->name != nullptr; function++) {
      names += std::string(function->name) + "\n";
    }
  }
  int64_t needed = static_cast<int64_t>(names.size()) + 1;
  if (size > 0) {
    int64_t fitting = std::min(size, needed) - 1;
    memcpy(buffer, names.data(), static_cast<size_t>(fitting));
    buffer[fitting] = 0;
  }
  return needed;
}

EXPORTED int emulation_parameters(const char* function) {
  const EmulatedFunction* found = find(function);
  return found == nullptr ? -1 : found->parameters;
}

EXPORTED int64_t emulation_free_memory(emulated_device* device) {
  return device->capacity - device->used;
}

EXPORTED const char* emulation_message(emulated_device* device) {
  return device->message.c_str();
}
