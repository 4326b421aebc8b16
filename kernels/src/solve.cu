/*
 * Building blocks of factorisations: Cholesky of a diagonal block, triangular solves with it, log-determinants, and the
 * rounds of a Jacobi eigenvalue iteration. The host loops over blocks; products between blocks are matrix products.
 *
 * Blocks have up to 64 rows. Everything inside a block is computed in float64, whatever the element type.
 * Launch geometry and parameters: DeviceFunction.java.
 */
#include "sums.cuh"

constexpr int BLOCK = 64;
constexpr int BLOCK_THREADS = 256;
constexpr int SHARE = BLOCK_THREADS / BLOCK;  // threads for each row or column

/* Rows are one number longer than they need be, so that reading a column meets different banks. */
struct BlockMemory {
  double entries[BLOCK][BLOCK + 1];
};

/* ---- Cholesky ---- */

template <class T>
__device__ __forceinline__ void cholesky_block(T* a, int64_t stride, int64_t size, int64_t first, double* report) {
  SHARED(BlockMemory, block);
  if (report[0] >= 0) {
    return;  // an earlier block failed
  }
  int n = static_cast<int>(size);
  int thread = static_cast<int>(threadIdx.x);
  for (int index = thread; index < n * n; index += BLOCK_THREADS) {
    int i = index / n;
    int j = index % n;
    if (j <= i) {
      block.entries[i][j] = static_cast<double>(a[i * stride + j]);
    }
  }
  int row = thread / SHARE;
  for (int j = 0; j < n; j++) {
    __syncthreads();  // the updates with column j − 1 are done
    double pivot = block.entries[j][j];
    if (!(pivot > 0 && pivot < INFINITY)) {
      if (thread == 0) {
        report[0] = static_cast<double>(first + j);
        report[1] = pivot;
      }
      return;  // every thread sees the same pivot
    }
    double root = sqrt(pivot);
    double own = row > j && row < n ? block.entries[row][j] / root : 0;
    __syncthreads();  // everybody has read column j
    if (row > j && row < n && thread % SHARE == 0) {
      block.entries[row][j] = own;
    }
    if (thread == 0) {
      block.entries[j][j] = root;
    }
    __syncthreads();  // column j is final
    if (row > j && row < n) {
      for (int k = j + 1 + thread % SHARE; k <= row; k += SHARE) {
        block.entries[row][k] = fma(-own, block.entries[k][j], block.entries[row][k]);
      }
    }
  }
  __syncthreads();  // the last column is done
  for (int index = thread; index < n * n; index += BLOCK_THREADS) {
    int i = index / n;
    int j = index % n;
    if (j <= i) {
      a[i * stride + j] = static_cast<T>(block.entries[i][j]);
    }
  }
}

extern "C" __global__ void __launch_bounds__(BLOCK_THREADS)
    cholesky_block_f32(float* a, int64_t stride, int64_t size, int64_t first, double* report) {
  cholesky_block(a, stride, size, first, report);
}

extern "C" __global__ void __launch_bounds__(BLOCK_THREADS)
    cholesky_block_f64(double* a, int64_t stride, int64_t size, int64_t first, double* report) {
  cholesky_block(a, stride, size, first, report);
}

/*
 * Rows of b: x Lᵀ = b, that is x_j = (b_j − Σ_{k<j} x_k L_jk)/L_jj. Four threads share a row; b_j is final when the
 * loop comes to j, and is divided only when it is read.
 */
template <class T>
__device__ __forceinline__ void solve_right(const T* __restrict__ l, int64_t l_stride, int64_t size, T* b,
                                            int64_t b_stride, int64_t rows, const double* report) {
  SHARED(BlockMemory, block);
  if (report != nullptr && report[0] >= 0) {
    return;
  }
  int n = static_cast<int>(size);
  int thread = static_cast<int>(threadIdx.x);
  int64_t first = static_cast<int64_t>(blockIdx.x) * BLOCK;
  int count = static_cast<int>(min(rows - first, int64_t(BLOCK)));
  for (int index = thread; index < count * n; index += BLOCK_THREADS) {
    block.entries[index / n][index % n] = static_cast<double>(b[(first + index / n) * b_stride + index % n]);
  }
  int row = thread / SHARE;
  for (int j = 0; j < n; j++) {
    __syncthreads();  // b_j has had all its updates
    if (row < count) {
      double x = block.entries[row][j] / static_cast<double>(l[j * l_stride + j]);
      for (int k = j + 1 + thread % SHARE; k < n; k += SHARE) {
        block.entries[row][k] = fma(-x, static_cast<double>(l[k * l_stride + j]), block.entries[row][k]);
      }
    }
  }
  __syncthreads();  // all columns are final
  for (int index = thread; index < count * n; index += BLOCK_THREADS) {
    int j = index % n;
    b[(first + index / n) * b_stride + j] =
        static_cast<T>(block.entries[index / n][j] / static_cast<double>(l[j * l_stride + j]));
  }
}

extern "C" __global__ void __launch_bounds__(BLOCK_THREADS)
    solve_right_f32(const float* l, int64_t l_stride, int64_t size, float* b, int64_t b_stride, int64_t rows,
                    const double* report) {
  solve_right(l, l_stride, size, b, b_stride, rows, report);
}

extern "C" __global__ void __launch_bounds__(BLOCK_THREADS)
    solve_right_f64(const double* l, int64_t l_stride, int64_t size, double* b, int64_t b_stride, int64_t rows,
                    const double* report) {
  solve_right(l, l_stride, size, b, b_stride, rows, report);
}

/* Columns of b: L x = b, or Lᵀ x = b from the last row on; four threads share a column. */
template <class T>
__device__ __forceinline__ void solve_left(const T* __restrict__ l, int64_t l_stride, int64_t size, T* b,
                                           int64_t b_stride, int64_t cols, int64_t transposed) {
  SHARED(BlockMemory, block);
  int n = static_cast<int>(size);
  int thread = static_cast<int>(threadIdx.x);
  int64_t first = static_cast<int64_t>(blockIdx.x) * BLOCK;
  int count = static_cast<int>(min(cols - first, int64_t(BLOCK)));
  int col = thread % BLOCK;
  int share = thread / BLOCK;
  if (col < count) {
    for (int i = share; i < n; i += SHARE) {
      block.entries[i][col] = static_cast<double>(b[i * b_stride + first + col]);
    }
  }
  for (int step = 0; step < n; step++) {
    int j = transposed ? n - 1 - step : step;
    __syncthreads();  // b_j has had all its updates
    if (col < count) {
      double x = block.entries[j][col] / static_cast<double>(l[j * l_stride + j]);
      if (transposed) {
        for (int i = share; i < j; i += SHARE) {
          block.entries[i][col] = fma(-x, static_cast<double>(l[j * l_stride + i]), block.entries[i][col]);
        }
      } else {
        for (int i = j + 1 + share; i < n; i += SHARE) {
          block.entries[i][col] = fma(-x, static_cast<double>(l[i * l_stride + j]), block.entries[i][col]);
        }
      }
    }
  }
  __syncthreads();  // all rows are final
  if (col < count) {
    for (int i = share; i < n; i += SHARE) {
      b[i * b_stride + first + col] =
          static_cast<T>(block.entries[i][col] / static_cast<double>(l[i * l_stride + i]));
    }
  }
}

extern "C" __global__ void __launch_bounds__(BLOCK_THREADS)
    solve_left_f32(const float* l, int64_t l_stride, int64_t size, float* b, int64_t b_stride, int64_t cols,
                   int64_t transposed) {
  solve_left(l, l_stride, size, b, b_stride, cols, transposed);
}

extern "C" __global__ void __launch_bounds__(BLOCK_THREADS)
    solve_left_f64(const double* l, int64_t l_stride, int64_t size, double* b, int64_t b_stride, int64_t cols,
                   int64_t transposed) {
  solve_left(l, l_stride, size, b, b_stride, cols, transposed);
}

template <class T>
__device__ __forceinline__ void log_determinant(const T* __restrict__ a, int64_t n, int64_t stride,
                                                double* __restrict__ result) {
  double total = 0;
  for (int64_t i = threadIdx.x; i < n; i += blockDim.x) {
    total += log(static_cast<double>(a[i * stride + i]));
  }
  total = block_sum(total);
  if (threadIdx.x == 0) {
    result[0] = 2 * total;
  }
}

extern "C" __global__ void __launch_bounds__(1024)
    log_determinant_f32(const float* a, int64_t n, int64_t stride, double* result) {
  log_determinant(a, n, stride, result);
}

extern "C" __global__ void __launch_bounds__(1024)
    log_determinant_f64(const double* a, int64_t n, int64_t stride, double* result) {
  log_determinant(a, n, stride, result);
}

/* ---- Jacobi ---- */

struct Pair {
  int64_t low, high;  // high may be n: a bye
};

/* Pair k of a round by the circle method of tournaments: player P − 1 stays, the others turn. */
__device__ __forceinline__ Pair pair_of(int64_t k, int64_t round, int64_t n) {
  int64_t turning = n + n % 2 - 1;
  int64_t a = k == 0 ? turning : (round + k) % turning;
  int64_t b = (round - k + turning) % turning;
  return {min(a, b), max(a, b)};
}

/* Entry (i, j) of a symmetric matrix whose lower triangle is stored; 0 beyond the end. */
__device__ __forceinline__ double entry_of(const double* a, int64_t n, int64_t stride, int64_t i, int64_t j) {
  return i < n && j < n ? a[max(i, j) * stride + min(i, j)] : 0;
}

__device__ __forceinline__ void set_entry(double* a, int64_t n, int64_t stride, int64_t i, int64_t j, double value) {
  if (i < n && j < n) {
    a[max(i, j) * stride + min(i, j)] = value;
  }
}

/* Golub and Van Loan 2013, algorithm 8.5.1: the rotation that makes a_pq 0, by an angle of at most π/4. */
extern "C" __global__ void __launch_bounds__(256)
    jacobi_rotations(const double* __restrict__ a, int64_t n, int64_t stride, int64_t round, double threshold,
                     double* __restrict__ rotations, unsigned long long* count) {
  int64_t k = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (k >= (n + 1) / 2) {
    return;
  }
  Pair pair = pair_of(k, round, n);
  double off = entry_of(a, n, stride, pair.high, pair.low);
  double cosine = 1, sine = 0;
  if (fabs(off) > threshold) {
    double low = entry_of(a, n, stride, pair.low, pair.low);
    double high = entry_of(a, n, stride, pair.high, pair.high);
    double tau = (high - low) / (2 * off);
    double tangent = (tau < 0 ? -1.0 : 1.0) / (fabs(tau) + sqrt(fma(tau, tau, 1.0)));
    cosine = 1 / sqrt(fma(tangent, tangent, 1.0));
    sine = tangent * cosine;
    atomicAdd(count, 1ull);  // a count: the order does not matter
  }
  rotations[2 * k] = cosine;
  rotations[2 * k + 1] = sine;
}

struct Rotation {
  double cosine, sine;

  __device__ __forceinline__ void turn(double& low, double& high) const {
    double l = low;
    low = cosine * l - sine * high;
    high = sine * l + cosine * high;
  }
};

/*
 * The 2 × 2 block where the rows of pair k meet the columns of pair l changes by their rotations alone: one thread
 * for each block, all of them at once and in place.
 */
__device__ __forceinline__ void rotate_block(double* a, int64_t n, int64_t stride, int64_t round,
                                             const double* __restrict__ rotations, int64_t k, int64_t l) {
  Pair rows = pair_of(k, round, n);
  Pair cols = pair_of(l, round, n);
  Rotation left{rotations[2 * k], rotations[2 * k + 1]};
  Rotation right{rotations[2 * l], rotations[2 * l + 1]};
  if (left.sine == 0 && right.sine == 0) {
    return;
  }
  if (k == l) {
    double off = entry_of(a, n, stride, rows.high, rows.low);
    double change = left.sine / left.cosine * off;
    set_entry(a, n, stride, rows.low, rows.low, entry_of(a, n, stride, rows.low, rows.low) - change);
    set_entry(a, n, stride, rows.high, rows.high, entry_of(a, n, stride, rows.high, rows.high) + change);
    set_entry(a, n, stride, rows.high, rows.low, 0);
    return;
  }
  double ll = entry_of(a, n, stride, rows.low, cols.low), lh = entry_of(a, n, stride, rows.low, cols.high);
  double hl = entry_of(a, n, stride, rows.high, cols.low), hh = entry_of(a, n, stride, rows.high, cols.high);
  left.turn(ll, hl);
  left.turn(lh, hh);
  right.turn(ll, lh);
  right.turn(hl, hh);
  set_entry(a, n, stride, rows.low, cols.low, ll);
  set_entry(a, n, stride, rows.low, cols.high, lh);
  set_entry(a, n, stride, rows.high, cols.low, hl);
  set_entry(a, n, stride, rows.high, cols.high, hh);
}

extern "C" __global__ void __launch_bounds__(256)
    jacobi_apply(double* a, int64_t n, int64_t stride, int64_t round, const double* __restrict__ rotations,
                 double* vectors, int64_t vectors_stride) {
  int64_t pairs = (n + 1) / 2;
  int64_t blocks = (pairs * (pairs + 1) / 2 + blockDim.x - 1) / blockDim.x;
  if (blockIdx.x < blocks) {
    int64_t index = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (index < pairs * (pairs + 1) / 2) {
      TileIndex meeting = lower_tile(index);
      rotate_block(a, n, stride, round, rotations, meeting.row, meeting.col);
    }
    return;
  }
  int64_t across = (n + blockDim.x - 1) / blockDim.x;
  int64_t k = (blockIdx.x - blocks) / across;
  int64_t j = (blockIdx.x - blocks) % across * blockDim.x + threadIdx.x;
  Pair pair = pair_of(k, round, n);
  Rotation rotation{rotations[2 * k], rotations[2 * k + 1]};
  if (j < n && pair.high < n && rotation.sine != 0) {
    rotation.turn(vectors[pair.low * vectors_stride + j], vectors[pair.high * vectors_stride + j]);
  }
}
