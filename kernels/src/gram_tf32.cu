/*
 * Kernel matrices of float32 data with products on TF32 tensor cores (compute capability 8.0 or newer): three TF32
 * products for each float32 one, or one as an opt-in; uniform programs only; see gram.cuh and DeviceFunction.java.
 *
 * On older devices the functions exist and do nothing; the host never launches them there.
 *
 * Launch: one block of 256 threads for each tile of 128 × 128.
 */
#include "gram.cuh"

extern "C" __global__ void __launch_bounds__(256) gram_f32_3xtf32(TASK_PARAMETERS(float)) {
#if MMA_TF32
  gram_tile<UNIFORM, Tf32Tile<3>, float, float>(TASK(float));
#endif
}

extern "C" __global__ void __launch_bounds__(256) gram_f32_tf32(TASK_PARAMETERS(float)) {
#if MMA_TF32
  gram_tile<UNIFORM, Tf32Tile<1>, float, float>(TASK(float));
#endif
}
