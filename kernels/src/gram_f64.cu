/*
 * Kernel matrices with products in float64, of float64 or float32 data; see gram.cuh and DeviceFunction.java.
 *
 * Launch: gram_… one block of 128 threads for each tile of 64 × 64, program_… of 256 threads, multiply_… of 128 for
 * each 64 rows × 16 right-hand sides × split.
 */
#include "gram.cuh"

extern "C" __global__ void __launch_bounds__(DoubleTile<double>::THREADS) gram_f64(TASK_PARAMETERS(double)) {
  gram_tile<ANY, DoubleTile<double>, double, double>(TASK(double));
}

extern "C" __global__ void __launch_bounds__(DoubleTile<double>::THREADS) gram_f64_uniform(TASK_PARAMETERS(double)) {
  gram_tile<UNIFORM, DoubleTile<double>, double, double>(TASK(double));
}

extern "C" __global__ void __launch_bounds__(DoubleTile<float>::THREADS) gram_f32_by_f64(TASK_PARAMETERS(float)) {
  gram_tile<ANY, DoubleTile<float>, float, double>(TASK(float));
}

extern "C" __global__ void __launch_bounds__(DoubleTile<float>::THREADS)
    gram_f32_products64(TASK_PARAMETERS(float)) {
  gram_tile<UNIFORM, DoubleTile<float>, float, float>(TASK(float));
}

extern "C" __global__ void __launch_bounds__(PROGRAM_THREADS)
    program_f64(const double* products, int64_t products_stride, TASK_PARAMETERS(double)) {
  program_any<double, double>(TASK(double), products, products_stride);
}

extern "C" __global__ void __launch_bounds__(PROGRAM_THREADS)
    program_f32_by_f64(const float* products, int64_t products_stride, TASK_PARAMETERS(float)) {
  program_any<float, double>(TASK(float), products, products_stride);
}

extern "C" __global__ void __launch_bounds__(DoubleTile<double>::THREADS)
    multiply_f64(TASK_PARAMETERS(double), const double* __restrict__ v, int64_t t, int64_t v_stride, int64_t splits,
                 double* partial) {
  multiply_rows<DoubleTile<double>, double, double>(TASK(double), v, t, v_stride, splits, partial);
}

extern "C" __global__ void __launch_bounds__(DoubleTile<float>::THREADS)
    multiply_f32_by_f64(TASK_PARAMETERS(float), const float* __restrict__ v, int64_t t, int64_t v_stride,
                        int64_t splits, double* partial) {
  multiply_rows<DoubleTile<float>, float, double>(TASK(float), v, t, v_stride, splits, partial);
}
