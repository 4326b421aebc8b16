package dev.lamina.cuda;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Backend;
import dev.lamina.backend.DeviceException;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.NoiseKey;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A process of its own in which JCuda finds a stand-in for NVIDIA's driver: opens the backend the
 * way a user's machine would, computes, and prints what a test then reads.
 */
final class JCudaOverEmulation {
  private JCudaOverEmulation() {}

  @SuppressWarnings({"restricted", "SystemOut"}) // the stand-in must be there before JCuda looks
  public static void main(String[] args) throws Throwable {
    SymbolLookup driver = SymbolLookup.libraryLookup(Path.of(args[0]), Arena.global());
    LaminaConfig config = LaminaConfig.defaults();
    CudaBackendProvider provider = new CudaBackendProvider();
    switch (provider.probe(config)) {
      case Availability.Unavailable u -> {
        System.out.println("unavailable: " + u.detail() + "; " + u.remedy());
        return;
      }
      case Availability.Available a -> System.out.println("available: " + a.device().name());
    }
    provider
        .findings(config)
        .forEach(f -> System.out.println("finding: " + f.name() + ": " + f.detail()));
    for (int i = 0; i < 20; i++) {
      provider.open(config).close();
    }
    System.out.println("opened and closed 20 times");
    compute(provider, config);
    JCudaDriver raw = new JCudaDriver(0);
    try {
      raw.load("a test", new byte[] {1}, List.of("gemm_f32", "no_such_function"));
    } catch (DeviceException e) {
      System.out.println("missing: " + e.getMessage());
    } finally {
      raw.close();
    }
    int open =
        (int)
            Linker.nativeLinker()
                .downcallHandle(
                    driver.findOrThrow("emulated_cuda_open_things"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT))
                .invokeExact();
    System.out.println("left open: " + open);
  }

  @SuppressWarnings("SystemOut")
  private static void compute(CudaBackendProvider provider, LaminaConfig config) {
    int n = 70;
    try (Backend backend = provider.open(config);
        Backend other = new EmulatedBackendProvider(64 << 20, 3, 0).open(config);
        HostMatrix x = EmulatedDeviceTest.random(DType.FLOAT32, n, 9, 1);
        HostMatrix k = HostMatrix.allocate(DType.FLOAT32, n, n);
        HostMatrix same = HostMatrix.allocate(DType.FLOAT32, n, n)) {
      System.out.println("device: " + backend.device());
      Kernel kernel = Kernel.parse("ntk(depth=2, biasVariance=0.1)");
      try (DeviceMatrix dx = backend.upload(x);
          DeviceMatrix dk = backend.allocate(DType.FLOAT32, n, n)) {
        backend.gram().compute(kernel, dx, dx, dk);
        backend.solve().cholesky(dk, Jitter.DEFAULT);
        backend.solve().inverse(dk);
        backend.download(dk, k);
      }
      other.gram().compute(kernel, x, x, same);
      other.solve().cholesky(same, Jitter.DEFAULT);
      other.solve().inverse(same);
      boolean equal = java.util.Arrays.deepEquals(k.toArray(), same.toArray());
      System.out.println("same bits as the emulated driver: " + equal);
      boolean layers = java.util.Arrays.deepEquals(layer(backend, x), layer(other, x));
      System.out.println("layers have the same bits: " + layers);
    }
  }

  private static double[][] layer(Backend backend, HostMatrix x) {
    try (HostMatrix w = EmulatedDeviceTest.random(DType.FLOAT32, 12, 9, 2);
        HostMatrix b = EmulatedDeviceTest.random(DType.FLOAT32, 1, 12, 3);
        HostMatrix a = HostMatrix.allocate(DType.FLOAT32, x.rows(), 12)) {
      Activation activation = Activation.parse("polynomial(coefficients=[0.5, 1, 0.3])");
      try (DeviceMatrix dx = backend.upload(x);
          DeviceMatrix da = backend.allocate(DType.FLOAT32, x.rows(), 12)) {
        backend.layers().forward(new DenseParameters(w, Optional.of(b), activation), dx, da, da);
        backend.layers().addGaussian(0.1, NoiseKey.of(1, 2, 3), da);
        backend.download(da, a);
      }
      return a.toArray();
    }
  }
}
