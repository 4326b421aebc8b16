/*
 * Device functions with mistakes that the emulation must find, and their correct forms.
 *
 * Launch: one block of 64 threads unless a test says otherwise.
 */
#include "../../device.cuh"

constexpr int THREADS = 64;

struct Numbers {
  int64_t values[THREADS];
};

extern "C" __global__ void __launch_bounds__(THREADS) read_at(const int64_t* data, int64_t index, int64_t* out) {
  if (threadIdx.x == 5) {
    out[0] = data[index];
  }
}

extern "C" __global__ void __launch_bounds__(THREADS) read_byte_at(const int8_t* data, int64_t index, int64_t* out) {
  if (threadIdx.x == 5) {
    out[0] = data[index];
  }
}

extern "C" __global__ void __launch_bounds__(THREADS) write_at(int64_t* data, int64_t index) {
  if (threadIdx.x == 5) {
    data[index] = 7;
  }
}

extern "C" __global__ void __launch_bounds__(THREADS) write_shared_at(int64_t index, int64_t* out) {
  SHARED(Numbers, numbers);
  if (threadIdx.x == 0) {
    numbers.values[index] = 7;
    out[0] = numbers.values[index];
  }
}

/* out[i] = THREADS − 1 − i through shared memory. */
extern "C" __global__ void __launch_bounds__(THREADS) reverse_with_barrier(int64_t* out) {
  SHARED(Numbers, numbers);
  int i = static_cast<int>(threadIdx.x);
  numbers.values[i] = i;
  __syncthreads();
  out[i] = numbers.values[THREADS - 1 - i];
}

extern "C" __global__ void __launch_bounds__(THREADS) reverse_without_barrier(int64_t* out) {
  SHARED(Numbers, numbers);
  int i = static_cast<int>(threadIdx.x);
  numbers.values[i] = i;
  out[i] = numbers.values[THREADS - 1 - i];
}

extern "C" __global__ void __launch_bounds__(THREADS) barrier_for_half(int64_t* out) {
  if (threadIdx.x < THREADS / 2) {
    __syncthreads();
  }
  out[threadIdx.x] = 1;
}

extern "C" __global__ void __launch_bounds__(THREADS) different_barriers(int64_t* out) {
  if (threadIdx.x < THREADS / 2) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  out[threadIdx.x] = 1;
}

extern "C" __global__ void __launch_bounds__(THREADS) shuffle_for_half(int64_t* out) {
  if (threadIdx.x < WARP / 2) {
    out[threadIdx.x] = __shfl_xor_sync(ALL_LANES, static_cast<int64_t>(threadIdx.x), 1);
  }
}

/* out[i] = in[i ^ 1] through an asynchronous copy. */
extern "C" __global__ void __launch_bounds__(THREADS) copy_with_wait(const int64_t* in, int64_t* out) {
  SHARED(Numbers, numbers);
  copy_async_8(&numbers.values[threadIdx.x], in + threadIdx.x, true);
  copy_async_commit();
  copy_async_wait<0>();
  __syncthreads();
  out[threadIdx.x] = numbers.values[threadIdx.x ^ 1];
}

extern "C" __global__ void __launch_bounds__(THREADS) copy_without_wait(const int64_t* in, int64_t* out) {
  SHARED(Numbers, numbers);
  copy_async_8(&numbers.values[threadIdx.x], in + threadIdx.x, true);
  copy_async_commit();
  __syncthreads();
  out[threadIdx.x] = numbers.values[threadIdx.x ^ 1];
  copy_async_wait<0>();
}

/* What a thread sees of the votes, shuffles and sums of its warp. */
extern "C" __global__ void __launch_bounds__(THREADS) warp_operations(int64_t* out) {
  int lane = lane_index();
  uint32_t votes = __ballot_sync(ALL_LANES, lane % 3 == 0);
  bool any = __any_sync(ALL_LANES, lane == 31);
  bool all = __all_sync(ALL_LANES, lane < 31);
  int64_t from = __shfl_sync(ALL_LANES, static_cast<int64_t>(threadIdx.x), 7);
  int64_t down = __shfl_down_sync(ALL_LANES, static_cast<int64_t>(threadIdx.x), 4);
  double sum = warp_sum(static_cast<double>(threadIdx.x));
  out[5 * threadIdx.x] = votes;
  out[5 * threadIdx.x + 1] = any + 2 * all;
  out[5 * threadIdx.x + 2] = from;
  out[5 * threadIdx.x + 3] = down;
  out[5 * threadIdx.x + 4] = static_cast<int64_t>(sum);
}

/* Counts the threads of all blocks. */
extern "C" __global__ void __launch_bounds__(THREADS) count_threads(unsigned long long* count) {
  atomicAdd(count, 1ull);
}
