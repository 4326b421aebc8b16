/*
 * Times the numbered versions of the Gram matrix and the one that is used beside cuBLAS SGEMM, in turn, and prints
 * medians, rates, shares of cuBLAS and errors. From the folder kernels/lab on a machine with an NVIDIA GPU and nvcc:
 *
 *   nvcc -std=c++20 -O3 -fmad=false -arch=native -o /tmp/gram-lab *.cu ../src/gemm.cu && /tmp/gram-lab [N [d [rounds]]]
 *
 * N = 16384, d = 784, 7 rounds unless given. cuBLAS computes the whole matrix in pedantic float32; it is looked for
 * where the loader looks, 13 then 12, and left out with a line if it is not there. Flops are 2 N² d for every version,
 * so those that compute one triangle may exceed the device's rate. Entries are uniform in (-1, 1). Errors are those of
 * 4096 sampled entries against float64, relative to |x_i||x_j|. Ends with 1 if one exceeds the bound d 2^-24 or is NaN.
 */
#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#define VERSION(name) \
  extern "C" __global__ void name(int64_t n, int64_t d, const float* x, int64_t x_stride, float* k, int64_t k_stride)
VERSION(gram_1_naive);
VERSION(gram_2_shared_tile);
VERSION(gram_3_register_tile);
VERSION(gram_4_vector_loads);
VERSION(gram_5_async_copies);
VERSION(gram_6_lower_triangle);

extern "C" __global__ void gemm_f32(int64_t m, int64_t n, int64_t k, double alpha, const float* a, int64_t a_row,
                                    int64_t a_col, const float* b, int64_t b_row, int64_t b_col, double beta, float* c,
                                    int64_t c_stride, int64_t lower);

namespace {

void check(cudaError_t status, const char* operation) {
  if (status != cudaSuccess) {
    std::fprintf(stderr, "%s: %s\n", operation, cudaGetErrorString(status));
    std::exit(1);
  }
}

struct Problem {
  int64_t n, d;
  const float* x;
  float* k;

  int64_t blocks(int64_t edge, bool lower) const {
    int64_t tiles = (n + edge - 1) / edge;
    return lower ? tiles * (tiles + 1) / 2 : tiles * tiles;
  }
};

struct Version {
  std::string name;
  std::function<void()> launch;
  std::vector<float> milliseconds;
  double error = 0;
};

using Function = void (*)(int64_t, int64_t, const float*, int64_t, float*, int64_t);

Version version(const char* name, Function function, const Problem& p, int64_t edge, int threads, bool lower) {
  auto blocks = static_cast<unsigned>(p.blocks(edge, lower));
  return {name, [=] { function<<<blocks, threads>>>(p.n, p.d, p.x, p.d, p.k, p.n); }, {}};
}

/* cuBLAS's product of X and its transpose, bound at run time; an empty launch if there is no cuBLAS. */
Version cublas(const Problem& p) {
  void* library = dlopen("libcublas.so.13", RTLD_NOW);
  library = library != nullptr ? library : dlopen("libcublas.so.12", RTLD_NOW);
  if (library == nullptr) {
    std::printf("cuBLAS left out: %s\n", dlerror());
    return {};
  }
  using Create = int (*)(void**);
  using SetMode = int (*)(void*, int);
  using Gemm = int (*)(void*, int, int, int, int, int, const float*, const float*, int, const float*, int,
                       const float*, float*, int);
  auto create = reinterpret_cast<Create>(dlsym(library, "cublasCreate_v2"));
  auto set_mode = reinterpret_cast<SetMode>(dlsym(library, "cublasSetMathMode"));
  auto gemm = reinterpret_cast<Gemm>(dlsym(library, "cublasSgemm_v2"));
  void* handle = nullptr;
  constexpr int PEDANTIC = 2;
  if (create == nullptr || set_mode == nullptr || gemm == nullptr || create(&handle) != 0 ||
      set_mode(handle, PEDANTIC) != 0) {
    std::printf("cuBLAS left out: it does not start\n");
    return {};
  }
  auto launch = [=] {
    constexpr int AS_IT_IS = 0, TRANSPOSED = 1;
    const float one = 1, zero = 0;
    int n = static_cast<int>(p.n), d = static_cast<int>(p.d);
    // Columns of cuBLAS are rows here.
    if (gemm(handle, TRANSPOSED, AS_IT_IS, n, n, d, &one, p.x, d, p.x, d, &zero, p.k, n) != 0) {
      std::fprintf(stderr, "cublasSgemm failed\n");
      std::exit(1);
    }
  };
  return {"cuBLAS SGEMM", launch, {}};
}

/* The largest error of sampled entries; NaN if one is NaN. */
double largest_error(const Problem& p, const std::vector<float>& x) {
  std::mt19937_64 random(2);
  double largest = 0;
  for (int sample = 0; sample < 4096; sample++) {
    int64_t i = static_cast<int64_t>(random() % p.n), j = static_cast<int64_t>(random() % p.n);
    double dot = 0, square_i = 0, square_j = 0;
    for (int64_t l = 0; l < p.d; l++) {
      double a = x[i * p.d + l], b = x[j * p.d + l];
      dot += a * b;
      square_i += a * a;
      square_j += b * b;
    }
    float value;
    check(cudaMemcpy(&value, p.k + i * p.n + j, sizeof value, cudaMemcpyDeviceToHost), "copy an entry");
    double error = std::fabs(value - dot) / std::sqrt(square_i * square_j);
    largest = std::isnan(largest) || error <= largest ? largest : error;
  }
  return largest;
}

float milliseconds(const std::function<void()>& launch, const std::string& name) {
  cudaEvent_t start, end;
  check(cudaEventCreate(&start), "create an event");
  check(cudaEventCreate(&end), "create an event");
  check(cudaEventRecord(start), "record");
  launch();
  check(cudaGetLastError(), name.c_str());
  check(cudaEventRecord(end), "record");
  check(cudaEventSynchronize(end), name.c_str());
  float result;
  check(cudaEventElapsedTime(&result, start, end), "time");
  check(cudaEventDestroy(start), "destroy an event");
  check(cudaEventDestroy(end), "destroy an event");
  return result;
}

float median(std::vector<float> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int count, char** arguments) {
  int64_t n = count > 1 ? std::atoll(arguments[1]) : 16384;
  int64_t d = count > 2 ? std::atoll(arguments[2]) : 784;
  int rounds = count > 3 ? std::atoi(arguments[3]) : 7;
  if (n < 1 || d < 1 || rounds < 1 || n > 500000) {
    std::fprintf(stderr, "usage: gram-lab [N [d [rounds]]], each at least 1, N at most 500000\n");
    return 2;
  }
  cudaDeviceProp device;
  check(cudaGetDeviceProperties(&device, 0), "find a device");
  std::printf("%s, N = %lld, d = %lld, float32, medians of %d rounds in turn\n\n", device.name,
              static_cast<long long>(n), static_cast<long long>(d), rounds);
  std::vector<float> x(n * d);
  std::mt19937_64 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::generate(x.begin(), x.end(), [&] { return uniform(random); });
  float *x_device, *k;
  check(cudaMalloc(&x_device, x.size() * sizeof(float)), "allocate X");
  check(cudaMalloc(&k, n * n * sizeof(float)), "allocate K");
  check(cudaMemcpy(x_device, x.data(), x.size() * sizeof(float), cudaMemcpyHostToDevice), "copy X");
  Problem p = {n, d, x_device, k};

  std::vector<Version> versions = {
      cublas(p),
      version("1 naive", gram_1_naive, p, 16, 256, false),
      version("2 shared tile", gram_2_shared_tile, p, 32, 1024, false),
      version("3 register tile", gram_3_register_tile, p, 128, 256, false),
      version("4 vector loads", gram_4_vector_loads, p, 128, 256, false),
      version("5 async copies", gram_5_async_copies, p, 128, 256, false),
      version("6 lower triangle", gram_6_lower_triangle, p, 128, 256, true),
      {"7 gemm_f32",
       [=] {
         gemm_f32<<<static_cast<unsigned>(p.blocks(128, true)), 256>>>(n, n, d, 1, x_device, d, 1, x_device, 1, d, 0, k,
                                                                       n, 2);
       },
       {}}};
  if (!versions[0].launch) {
    versions.erase(versions.begin());
  }
  for (Version& v : versions) {  // warms up and checks
    check(cudaMemset(k, 0xff, n * n * sizeof(float)), "poison K");
    milliseconds(v.launch, v.name);
    v.error = largest_error(p, x);
  }
  for (int round = 0; round < rounds; round++) {
    for (Version& v : versions) {
      v.milliseconds.push_back(milliseconds(v.launch, v.name));
    }
  }
  bool right = true;
  bool compared = versions[0].name == "cuBLAS SGEMM";
  std::printf("| version | ms | TFLOP/s | of cuBLAS | error |\n| --- | ---: | ---: | ---: | ---: |\n");
  for (const Version& v : versions) {
    float time = median(v.milliseconds);
    std::string share =
        compared ? std::to_string(std::lround(100 * median(versions[0].milliseconds) / time)) + " %" : "-";
    std::printf("| %s | %.3f | %.1f | %s | %.1e |\n", v.name.c_str(), time, 2e-9 * n * n * d / time, share.c_str(),
                v.error);
    right = right && v.error <= static_cast<double>(d) * 0x1p-24;
  }
  check(cudaFree(k), "free K");
  check(cudaFree(x_device), "free X");
  return right ? 0 : 1;
}
