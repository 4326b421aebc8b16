/*
 * Kernel matrices of float32 data by fused multiply-adds in float32; see gram.cuh and DeviceFunction.java.
 *
 * Launch: gram_… one block of 256 threads for each tile of 128 × 128, program_f32 of 64 × 64, multiply_f32 for each
 * 128 rows × 16 right-hand sides × split.
 */
#include "gram.cuh"

extern "C" __global__ void __launch_bounds__(FloatTile::THREADS, 2) gram_f32(TASK_PARAMETERS(float)) {
  gram_tile<ANY, FloatTile, float, float>(TASK(float));
}

extern "C" __global__ void __launch_bounds__(FloatTile::THREADS, 2) gram_f32_uniform(TASK_PARAMETERS(float)) {
  gram_tile<UNIFORM, FloatTile, float, float>(TASK(float));
}

extern "C" __global__ void __launch_bounds__(PROGRAM_THREADS)
    program_f32(const float* products, int64_t products_stride, TASK_PARAMETERS(float)) {
  program_any<float, float>(TASK(float), products, products_stride);
}

extern "C" __global__ void __launch_bounds__(FloatTile::THREADS)
    multiply_f32(TASK_PARAMETERS(float), const float* __restrict__ v, int64_t t, int64_t v_stride, int64_t splits,
                 double* partial) {
  multiply_rows<FloatTile, float, float>(TASK(float), v, t, v_stride, splits, partial);
}
