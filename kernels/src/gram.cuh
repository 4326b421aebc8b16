/*
 * Kernel matrices: a tile of products, then the entry program on it while it is in shared memory.
 *
 *   gram      x·z by an engine of tile.cuh, program, results stored once or mirrored
 *   program   the program on products that exist
 *   multiply  K v: each tile of K lives in shared memory just long enough to be multiplied with its rows of v
 *
 * Shapes: x n×d, z m×d, results n×m; for symmetric matrices (z = x) only tiles and entries on or below the diagonal
 * are computed. Launch geometry and parameters: DeviceFunction.java.
 */
#pragma once

#include "program.cuh"
#include "tile.cuh"

template <class T>
__device__ __forceinline__ Operand<T> operand(const Rows<T>& rows, int64_t d) {
  return {rows.data, rows.count, d, rows.stride, 1};
}

/* Which interpreter runs the programs: the one for uniform programs only, or the one for all. */
enum Path { UNIFORM, ANY };

/* Rows of a warp's block: with eight, registers would be spilled. */
constexpr int BLOCK_ROWS = 4;

/*
 * Runs the program on one strip of a tile: warps take blocks of E rows × 32 columns in turn. `products(r, c)` is the
 * product at row r and column c of the strip.
 */
template <Path PATH, int ROWS, int COLUMNS, int WARPS, class T, class P, class C, int E, class Products, class Sink>
__device__ __forceinline__ void run_strip(const Task<T>& task, int64_t row, int64_t col, Products products,
                                          Sink& sink) {
  constexpr int ACROSS = COLUMNS / WARP;
NOT_UNROLLED
  for (int block = warp_index(); block < ROWS / E * ACROSS; block += WARPS) {
    int r = block / ACROSS * E;
    int c = block % ACROSS * WARP;
    // The same for all lanes: nothing of this block is wanted.
    if (row + r >= task.x.count || col + c >= task.z.count || (task.symmetric && col + c > row + r + E - 1)) {
      continue;
    }
    Entries<T, P, C, E> entries(task, row + r, col + c);
    P dot[E];
UNROLLED
    for (int e = 0; e < E; e++) {
      dot[e] = products(entries, r, c, e);
    }
    if constexpr (PATH == UNIFORM) {
      run_uniform<T, P, C, E>(entries, dot, sink);
    } else {
      run_general<T, P, C, E>(entries, dot, sink);
    }
  }
}

/* Runs the program on a strip and stores its results. A call: the products of the next strip stay in registers. */
template <Path PATH, class Engine, class T, class C>
__device__ __noinline__ void finish_strip(const Task<T>& task, int64_t row, int64_t col,
                                          TileMemory<Engine, C, BLOCK_ROWS>& memory) {
  using P = typename Engine::Product;
  constexpr int E = BLOCK_ROWS;
  MatrixSink<T, C, E> sink{memory.end.mirror[warp_index()]};
  run_strip<PATH, Engine::STRIP, Engine::EDGE, Engine::THREADS / WARP, T, P, C, E>(
      task, row, col,
      [&](const Entries<T, P, C, E>&, int r, int c, int e) { return memory.end.strip[r + e][c + lane_index()]; }, sink);
}

template <Path PATH, class Engine, class T, class C>
__device__ __forceinline__ void gram_tile(const Task<T>& task) {
  constexpr int E = BLOCK_ROWS;
  using Memory = TileMemory<Engine, C, E>;
  SHARED(Memory, memory);
  constexpr int64_t EDGE = Engine::EDGE;
  TileIndex tile = task.symmetric ? lower_tile(blockIdx.x)
                                  : rectangle_tile(blockIdx.x, (task.z.count + EDGE - 1) / EDGE);
  int64_t row = tile.row * EDGE;
  int64_t col = tile.col * EDGE;
  Engine engine;
  multiply_tile(engine, memory.stages, operand(task.x, task.d), operand(task.z, task.d), row, col);
UNROLLED
  for (int strip = 0; strip < Engine::EDGE / Engine::STRIP; strip++) {
    if (strip > 0) {
      __syncthreads();  // everybody has read the last strip
    }
    engine.store(strip, memory.end.strip);
    __syncthreads();  // the strip is complete
    finish_strip<PATH, Engine, T, C>(task, row + strip * Engine::STRIP, col, memory);
  }
}

constexpr int PROGRAM_EDGE = 64;
constexpr int PROGRAM_THREADS = 256;

template <class C>
struct ProgramMemory {
  C mirror[PROGRAM_THREADS / WARP][BLOCK_ROWS][MIRROR_PITCH];
};

template <Path PATH, class T, class C>
__device__ __forceinline__ void program_tile(const Task<T>& task, const T* products, int64_t stride,
                                             ProgramMemory<C>& memory) {
  constexpr int E = BLOCK_ROWS;
  constexpr int WARPS = PROGRAM_THREADS / WARP;
  TileIndex tile = task.symmetric
                       ? lower_tile(blockIdx.x)
                       : rectangle_tile(blockIdx.x, (task.z.count + PROGRAM_EDGE - 1) / PROGRAM_EDGE);
  MatrixSink<T, C, E> sink{memory.mirror[warp_index()]};
  run_strip<PATH, PROGRAM_EDGE, PROGRAM_EDGE, WARPS, T, C, C, E>(
      task, tile.row * PROGRAM_EDGE, tile.col * PROGRAM_EDGE,
      [&](const Entries<T, C, C, E>& entries, int, int, int e) {
        return entries.inside(e) ? static_cast<C>(products[(entries.row + e) * stride + entries.col]) : C(0);
      },
      sink);
}

template <class T, class C>
__device__ __forceinline__ void program_any(const Task<T>& task, const T* products, int64_t stride) {
  using Memory = ProgramMemory<C>;
  SHARED(Memory, memory);
  if (is_uniform(task.program)) {
    program_tile<UNIFORM>(task, products, stride, memory);
  } else {
    program_tile<ANY>(task, products, stride, memory);
  }
}

constexpr int MULTIPLY_COLUMNS = 16;

/* Puts the entries of K where their products were; 0 beyond the last row or column. */
template <class Engine, class T, class C, int E>
struct TileSink {
  typename Engine::Product (*strip)[Engine::PITCH];
  int64_t row, col;  // of the strip
  const double* __restrict__ diagonal;

  template <class P>
  __device__ __forceinline__ void emit(const Entries<T, P, C, E>& entries, int, C (&values)[E]) {
    int r = static_cast<int>(entries.row - row);
    int c = static_cast<int>(entries.col - col);
UNROLLED
    for (int e = 0; e < E; e++) {
      if (entries.row + e < entries.task.x.count && entries.col < entries.task.z.count) {
        strip[r + e][c] = static_cast<P>(
            diagonal != nullptr && entries.col == entries.row + e ? static_cast<C>(__ldg(diagonal + entries.col))
                                                                  : values[e]);
      }
    }
  }
};

/* Turns a strip of products into entries of K. */
template <Path PATH, class Engine, class T, class C>
__device__ __noinline__ void replace_strip(const Task<T>& task, int64_t row, int64_t col, const double* diagonal,
                                           typename Engine::Product (*strip)[Engine::PITCH]) {
  using P = typename Engine::Product;
  constexpr int E = BLOCK_ROWS;
  TileSink<Engine, T, C, E> sink{strip, row, col, diagonal};
  run_strip<PATH, Engine::STRIP, Engine::EDGE, Engine::THREADS / WARP, T, P, C, E>(
      task, row, col,
      [&](const Entries<T, P, C, E>&, int r, int c, int e) { return strip[r + e][c + lane_index()]; }, sink);
}

/*
 * Adds a strip of K times rows col … of v to this block's part of `partial`, or sets that part to 0 if there are no
 * columns. Each thread has one right-hand side and every GROUPS-th row. A call, and sums in memory between the tiles:
 * the products need the registers.
 */
template <class Engine, class T>
__device__ __noinline__ void add_strip(const Task<T>& task, int64_t row, int64_t col, int columns,
                                       const T* __restrict__ v, int64_t t, int64_t v_stride, double* partial,
                                       const typename Engine::Product (*strip)[Engine::PITCH]) {
  constexpr int GROUPS = Engine::THREADS / MULTIPLY_COLUMNS;
  constexpr int EACH = Engine::STRIP / GROUPS;
  int64_t column = static_cast<int64_t>(blockIdx.y) * MULTIPLY_COLUMNS + threadIdx.x % MULTIPLY_COLUMNS;
  int group = static_cast<int>(threadIdx.x) / MULTIPLY_COLUMNS;
  int64_t rows = task.x.count - row - group;
  if (column >= t || rows <= 0) {
    return;
  }
  double* own = partial + (blockIdx.z * task.x.count + row + group) * t + column;
  double sums[EACH];
UNROLLED
  for (int q = 0; q < EACH; q++) {
    sums[q] = columns > 0 && GROUPS * q < rows ? own[GROUPS * q * t] : 0;
  }
  for (int j = 0; j < columns; j++) {
    double factor = static_cast<double>(__ldg(v + (col + j) * v_stride + column));
UNROLLED
    for (int q = 0; q < EACH; q++) {
      sums[q] = fma(static_cast<double>(strip[group + GROUPS * q][j]), factor, sums[q]);
    }
  }
UNROLLED
  for (int q = 0; q < EACH; q++) {
    if (GROUPS * q < rows) {
      own[GROUPS * q * t] = sums[q];
    }
  }
}

/*
 * partial[split][i][c] = Σ_j k(x_i, z_j) v[j][c], c < MULTIPLY_COLUMNS, over this split's tiles of z. Sums are float64
 * and go through j in order: the same bits for every launch.
 */
template <class Engine, class T, class C>
__device__ __forceinline__ void multiply_rows(Task<T> task, const T* __restrict__ v, int64_t t, int64_t v_stride,
                                              int64_t splits, double* partial) {
  constexpr int STRIPS = Engine::EDGE / Engine::STRIP;
  constexpr int64_t EDGE = Engine::EDGE;
  using Memory = TileMemory<Engine, C, 1>;
  SHARED(Memory, memory);
  const double* diagonal = task.symmetric ? task.diagonal : nullptr;
  task.symmetric = false;  // whole rows of K are needed
  int64_t row = blockIdx.x * EDGE;
  int64_t tiles = (task.z.count + EDGE - 1) / EDGE;
  int64_t first = tiles * blockIdx.z / splits;
  int64_t last = tiles * (blockIdx.z + 1) / splits;
NOT_UNROLLED
  for (int strip = 0; strip < STRIPS; strip++) {
    add_strip<Engine, T>(task, row + strip * Engine::STRIP, 0, 0, v, t, v_stride, partial, memory.end.strip);
  }
NOT_UNROLLED
  for (int64_t tile = first; tile < last; tile++) {
    int64_t col = tile * EDGE;
    Engine engine;
    multiply_tile(engine, memory.stages, operand(task.x, task.d), operand(task.z, task.d), row, col);
UNROLLED
    for (int strip = 0; strip < STRIPS; strip++) {
      engine.store(strip, memory.end.strip);
      __syncthreads();  // the strip is complete
      int64_t strip_row = row + strip * Engine::STRIP;
      if (is_uniform(task.program)) {
        replace_strip<UNIFORM, Engine, T, C>(task, strip_row, col, diagonal, memory.end.strip);
      } else {
        replace_strip<ANY, Engine, T, C>(task, strip_row, col, diagonal, memory.end.strip);
      }
      __syncthreads();  // all of K's entries are there
      int columns = static_cast<int>(min(EDGE, task.z.count - col));
      add_strip<Engine, T>(task, strip_row, col, columns, v, t, v_stride, partial, memory.end.strip);
      __syncthreads();  // before the next strip or tile overwrites them
    }
  }
}

/* The parameters that all device functions of this kind begin with, and the task they make. */
#define TASK_PARAMETERS(T)                                                                                          \
  const T *__restrict__ x, int64_t n, int64_t x_stride, const T *__restrict__ z, int64_t m, int64_t z_stride,       \
      int64_t d, const double *__restrict__ x_norms, const void *__restrict__ x_slots, int64_t x_pitch,             \
      const double *__restrict__ z_norms, const void *__restrict__ z_slots, int64_t z_pitch,                        \
      const int64_t *__restrict__ program, const Output *__restrict__ outputs, const double *__restrict__ diagonal, \
      int64_t symmetric
#define TASK(T)                                                                                         \
  Task<T> {                                                                                             \
    {x, n, x_stride, x_norms, x_slots, x_pitch}, {z, m, z_stride, z_norms, z_slots, z_pitch}, d, program, outputs, \
        diagonal, symmetric != 0                                                                        \
  }
