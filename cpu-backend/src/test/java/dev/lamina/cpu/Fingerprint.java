package dev.lamina.cpu;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.SgdStep;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Prints hashes of the bits of elementary functions, layers and kernel matrices, a line {@code name
 * hash} each, for {@link ReproducibleBitsTest} to compare between JVMs. The argument says how often
 * everything is computed; a hash that changes between the first and any later time, when more of
 * the code has been compiled, is printed as {@code changed}.
 */
public final class Fingerprint {
  private static final int COUNT = 1000;

  /** More than any vector has lanes: the random numbers must not depend on it. */
  private static final int PADDED = COUNT + 64;

  private static final List<String> KERNELS =
      List.of(
          "gaussian()",
          "laplace()",
          "matern(nu=2.5)",
          "rationalQuadratic(alpha=1.5)",
          "arcCosine(order=2)",
          "nngp(depth=2)",
          "ntk(depth=2, biasVariance=0.1)",
          "ntk(depth=2, activation=[erf, gelu], biasVariance=0.1)",
          "ntk(depth=3, activation=[sin, cos, exp], weightVariance=0.5, biasVariance=0.1)",
          "ntk(depth=1, activation=tanh, biasVariance=0.1)");

  private static final List<String> ACTIVATIONS =
      List.of(
          "erf",
          "gelu",
          "sin",
          "cos",
          "tanh",
          "sigmoid",
          "softplus",
          "silu",
          "elu",
          "hardTanh",
          "sign",
          "polynomial(coefficients=[0.5, 1, 0.3])",
          "hermite(coefficients=[0.1, 0.7, 0.2])");

  private Fingerprint() {}

  /**
   * Prints the hashes.
   *
   * @param args how often to compute
   */
  public static void main(String[] args) {
    LaminaConfig config = LaminaConfig.defaults().withCpuThreads(1);
    try (Backend backend = new CpuBackendProvider().open(config)) {
      Map<String, Object> first = all(backend);
      for (int round = 1; round < Integer.parseInt(args[0]); round++) {
        all(backend)
            .forEach((name, hash) ->
                first.computeIfPresent(
                    name, (n, before) -> before.equals(hash) ? before : "changed"));
      }
      first.forEach((name, hash) -> System.out.println(name + " " + hash));
    }
  }

  private static Map<String, Object> all(Backend backend) {
    Map<String, Object> hashes = new LinkedHashMap<>();
    functions(hashes);
    activations(hashes);
    layers(backend.layers(), hashes);
    for (DType dtype : DType.values()) {
      hashes.put("mirror/" + dtype, mirror(dtype));
      for (String kernel : KERNELS) {
        // With one column no sum depends on how many lanes a vector has.
        hashes.put("column/" + dtype + "/" + kernel, kernel(backend, dtype, kernel, 1));
        hashes.put("rows/" + dtype + "/" + kernel, kernel(backend, dtype, kernel, 19));
      }
    }
    return hashes;
  }

  private static void functions(Map<String, Object> hashes) {
    RandomGenerator random = generator();
    double[] x = random.doubles(PADDED, -5, 5).toArray();
    double[] cosine = random.doubles(PADDED, 0, 1).toArray();
    double[] target = new double[x.length];
    Elementary.exp(x, 150, target, COUNT);
    hashes.put("functions/exp", hash(target));
    Elementary.expm1(x, 1, target, COUNT);
    hashes.put("functions/expm1", hash(target));
    Elementary.log1p(x, 0.3, target, COUNT);
    hashes.put("functions/log1p", hash(target));
    Elementary.angle(x, cosine, target, COUNT);
    hashes.put("functions/angle", hash(target));
    float[] x32 = new float[x.length];
    float[] target32 = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      x32[i] = (float) x[i];
    }
    Elementary.exp(x32, 20, target32, COUNT);
    hashes.put("functions/exp32", hash(target32));
    Elementary.log1p(x32, 0.3f, target32, COUNT);
    hashes.put("functions/log1p32", hash(target32));
  }

  private static void activations(Map<String, Object> hashes) {
    RandomGenerator random = generator();
    double[] u = random.doubles(PADDED, -9, 9).toArray();
    LayerScratch own = new LayerScratch();
    for (String text : ACTIVATIONS) {
      Activation activation = Activation.parse(text);
      System.arraycopy(u, 0, own.first, 0, COUNT);
      ActivationLoops.value(activation, own, COUNT);
      hashes.put("activations/" + text, hash(own.first));
      System.arraycopy(u, 0, own.first, 0, COUNT);
      ActivationLoops.derivative(activation, own, COUNT);
      hashes.put("slopes/" + text, hash(own.first));
    }
  }

  /** Steps of a layer that is small and of one that goes to OpenBLAS. */
  private static void layers(LayerOps ops, Map<String, Object> hashes) {
    Map<String, Integer> widths =
        Map.of("relu", 131, "leakyRelu(slope=0.5)", 19, "tanh", 131, "silu", 19);
    for (DType dtype : DType.values()) {
      widths.forEach((activation, width) ->
          hashes.put(
              "layers/" + dtype + "/" + activation,
              step(ops, dtype, width, Activation.parse(activation))));
    }
  }

  private static long step(LayerOps ops, DType dtype, int width, Activation activation) {
    RandomGenerator random = generator();
    try (HostMatrix x = random(random, dtype, 33, 37);
        HostMatrix w = random(random, dtype, width, 37);
        HostMatrix b = random(random, dtype, 1, width);
        HostMatrix z = HostMatrix.allocate(dtype, 33, width);
        HostMatrix a = HostMatrix.allocate(dtype, 33, width);
        HostMatrix delta = random(random, dtype, 33, width);
        HostMatrix targets = random(random, dtype, 33, width);
        HostMatrix losses = HostMatrix.allocate(dtype, 33, 1);
        HostMatrix dw = HostMatrix.allocate(dtype, width, 37);
        HostMatrix db = HostMatrix.allocate(dtype, 1, width);
        HostMatrix dx = HostMatrix.allocate(dtype, 33, 37);
        HostMatrix m = random(random, dtype, width, 37);
        HostMatrix v = random(random, dtype, width, 37)) {
      DenseParameters layer = new DenseParameters(w, Optional.of(b), activation);
      ops.forward(layer, x, z, a);
      ops.softmaxCrossEntropy(a, targets, 0.1, losses, delta);
      ops.backward(layer, x, z, delta, new DenseGradient(dw, Optional.of(db)), dx);
      ops.add(1, dw, 0, v);
      ops.sgdStep(new SgdStep(0.1, 0.9, true, 0.01), w, dw, m);
      for (int i = 0; i < width; i++) {
        for (int j = 0; j < 37; j++) {
          v.set(i, j, Math.abs(v.get(i, j)));
        }
      }
      ops.adamStep(AdamStep.at(3, 0.01, 0.9, 0.999, 1e-8, 0.01, 0), w, dw, m, v);
      long hash = 1;
      for (HostMatrix result : List.of(a, losses, delta, dx, db, w, m, v)) {
        hash = 31 * hash + hash(result);
      }
      return hash;
    }
  }

  private static HostMatrix random(RandomGenerator random, DType dtype, int rows, int cols) {
    HostMatrix result = HostMatrix.allocate(dtype, rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        result.set(i, j, random.nextFloat() - 0.4f);
      }
    }
    return result;
  }

  private static long hash(HostMatrix matrix) {
    long hash = 1;
    for (double[] row : matrix.toArray()) {
      hash = 31 * hash + java.util.Arrays.hashCode(row);
    }
    return hash;
  }

  private static RandomGenerator generator() {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(30);
  }

  private static long kernel(Backend backend, DType dtype, String kernel, int columns) {
    int n = 21;
    RandomGenerator random = generator();
    try (HostMatrix x = HostMatrix.allocate(dtype, n, columns);
        HostMatrix k = HostMatrix.allocate(dtype, n, n)) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < columns; j++) {
          x.set(i, j, random.nextFloat() - 0.3f);
        }
      }
      backend.gram().compute(Kernel.parse(kernel), x, x, k);
      return hash(k);
    }
  }

  /** More rows and columns than two squares of the widest vector. */
  private static long mirror(DType dtype) {
    int n = 85;
    RandomGenerator random = generator();
    try (HostMatrix m = HostMatrix.allocate(dtype, n, n)) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          m.set(i, j, random.nextFloat());
        }
      }
      new Mirror().lowerToUpper(m, 37, n, 0, 50);
      return java.util.Arrays.deepHashCode(m.toArray());
    }
  }

  private static int hash(double[] values) {
    return java.util.Arrays.hashCode(java.util.Arrays.copyOf(values, COUNT));
  }

  private static int hash(float[] values) {
    return java.util.Arrays.hashCode(java.util.Arrays.copyOf(values, COUNT));
  }
}
