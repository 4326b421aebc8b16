/** Lists the CUDA C++ device functions and hands out what the build compiled of them. */
package dev.lamina.kernels;
