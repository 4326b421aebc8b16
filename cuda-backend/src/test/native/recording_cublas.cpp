/*
 * A stand-in for libcublas that computes on host memory with plain loops and writes each call to the file named by
 * RECORDING_CUBLAS_LOG: so tests see what is asked for, and whether the answer is right.
 */
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

void record(const char* format, long a = 0, long b = 0) {
  const char* name = getenv("RECORDING_CUBLAS_LOG");
  FILE* log = name == nullptr ? nullptr : fopen(name, "a");
  if (log != nullptr) {
    fprintf(log, format, a, b);
    fputc('\n', log);
    fclose(log);
  }
}

template <typename T>
int gemm(int transA, int transB, int m, int n, int k, const T* alpha, const T* a, int lda, const T* b, int ldb,
         const T* beta, T* c, int ldc) {
  if (m < 0 || n < 0 || k < 0 || ldc < m || lda < (transA ? k : m) || ldb < (transB ? n : k)) {
    return 7;
  }
  for (int64_t j = 0; j < n; j++) {
    for (int64_t i = 0; i < m; i++) {
      T sum = 0;
      for (int64_t l = 0; l < k; l++) {
        sum += (transA ? a[l + i * lda] : a[i + l * lda]) * (transB ? b[j + l * ldb] : b[l + j * ldb]);
      }
      T old = *beta == 0 ? T(0) : *beta * c[i + j * ldc];
      c[i + j * ldc] = *alpha * sum + old;
    }
  }
  return 0;
}

}  // namespace

extern "C" {

int cublasCreate_v2(void** handle) {
  *handle = reinterpret_cast<void*>(0x1234);
  record("create");
  return getenv("RECORDING_CUBLAS_FAILS") == nullptr ? 0 : 1;
}

int cublasDestroy_v2(void* handle) {
  record("destroy %ld", reinterpret_cast<long>(handle));
  return 0;
}

int cublasSetStream_v2(void*, int64_t stream) {
  record("stream %ld", stream);
  return 0;
}

int cublasSetMathMode(void*, int mode) {
  record("math mode %ld", mode);
  return 0;
}

int cublasSetPointerMode_v2(void*, int mode) {
  record("pointer mode %ld", mode);
  return 0;
}

int cublasGetVersion_v2(void*, int* version) {
  *version = 130200;
  return 0;
}

int cublasSgemm_v2(void*, int ta, int tb, int m, int n, int k, const float* alpha, const float* a, int lda,
                   const float* b, int ldb, const float* beta, float* c, int ldc) {
  record("sgemm %ld %ld", ta, tb);
  return gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

int cublasDgemm_v2(void*, int ta, int tb, int m, int n, int k, const double* alpha, const double* a, int lda,
                   const double* b, int ldb, const double* beta, double* c, int ldc) {
  record("dgemm %ld %ld", ta, tb);
  return gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
}
