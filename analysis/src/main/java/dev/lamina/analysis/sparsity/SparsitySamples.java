package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkPlan;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.training.Loss;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * The samples of a sparsity study in float64: some of the study's, as many of each class and
 * ordered by class, or those of a teacher. Owns its matrices.
 *
 * @param name in words
 * @param cost what the outputs cost
 * @param classes names of the classes; empty for numbers
 * @param labels class of each training sample, ascending; empty for numbers
 * @param x training inputs, a row per sample
 * @param y training targets
 * @param testX test inputs
 * @param testY test targets
 */
record SparsitySamples(
    String name,
    Loss cost,
    List<String> classes,
    List<Integer> labels,
    HostMatrix x,
    HostMatrix y,
    HostMatrix testX,
    HostMatrix testY)
    implements AutoCloseable {

  /** Keeps the teacher apart from everything else that the seed decides. */
  private static final long TEACHER = 0x3c6ef372fe94f82bL;

  /**
   * Chooses or draws samples.
   *
   * @param wanted training samples
   * @param key of the config that asks for so many
   */
  static SparsitySamples of(
      SparsityConfig config, int wanted, String key, PreparedData data, long seed) {
    if (config.teacher().isPresent()) {
      return taught(config, wanted, config.teacher().get(), seed);
    }
    return switch (data.train().response()) {
      case Response.Classes classes -> ofClasses(config, wanted, key, data, classes);
      case Response.Values _ -> ofNumbers(config, wanted, key, data);
    };
  }

  private static SparsitySamples ofClasses(
      SparsityConfig config, int wanted, String key, PreparedData data, Response.Classes classes) {
    List<String> names = config.classes().isEmpty() ? classes.names() : config.classes();
    int[] number = names.stream().mapToInt(classes.names()::indexOf).toArray();
    for (int i = 0; i < number.length; i++) {
      if (number[i] < 0) {
        throw new DataException(
            "sparsity: classes must be among %s but one is %s"
                .formatted(classes.names(), names.get(i)));
      }
    }
    int[] train = rows(data.train(), number, wanted, key);
    int[] test = rows(data.test(), number, config.testSamples(), "");
    return new SparsitySamples(
        data.train().name(),
        config.cost().orElse(Loss.CROSS_ENTROPY),
        names,
        Arrays.stream(train).mapToObj(row -> position(number, classes.label(row))).toList(),
        inputs(data.train(), train),
        oneHot(data.train(), train, number),
        inputs(data.test(), test),
        oneHot(data.test(), test, number));
  }

  private static int position(int[] numbers, int label) {
    return IntStream.range(0, numbers.length)
        .filter(c -> numbers[c] == label)
        .findFirst()
        .orElse(-1);
  }

  /**
   * Returns the first rows of each class in turns until there are enough, ordered by class.
   *
   * @param key of the config that asks for so many; empty to take what there is
   */
  private static int[] rows(DataSet set, int[] numbers, int wanted, String key) {
    Response.Classes classes = (Response.Classes) set.response();
    int[] seen = new int[numbers.length];
    List<int[]> candidates = new ArrayList<>();
    for (int row = 0; row < classes.samples(); row++) {
      int c = position(numbers, classes.label(row));
      if (c >= 0) {
        candidates.add(new int[] {seen[c]++, c, row});
      }
    }
    if (!key.isEmpty() && candidates.size() < wanted) {
      throw new DataException(
          "sparsity: %s = %d are wanted but %s has %d of these classes"
              .formatted(key, wanted, set.name(), candidates.size()));
    }
    return candidates.stream()
        .sorted(Comparator.<int[]>comparingInt(c -> c[0]).thenComparingInt(c -> c[1]))
        .limit(wanted)
        .sorted(Comparator.<int[]>comparingInt(c -> c[1]).thenComparingInt(c -> c[2]))
        .mapToInt(c -> c[2])
        .toArray();
  }

  private static HostMatrix inputs(DataSet set, int[] rows) {
    return select(set.x(), rows);
  }

  private static HostMatrix select(HostMatrix from, int[] rows) {
    HostMatrix to = HostMatrix.allocate(DType.FLOAT64, rows.length, from.cols());
    for (int i = 0; i < rows.length; i++) {
      for (long j = 0; j < from.cols(); j++) {
        to.set(i, j, from.get(rows[i], j));
      }
    }
    return to;
  }

  private static HostMatrix oneHot(DataSet set, int[] rows, int[] numbers) {
    Response.Classes classes = (Response.Classes) set.response();
    HostMatrix y = HostMatrix.allocate(DType.FLOAT64, rows.length, numbers.length);
    for (int i = 0; i < rows.length; i++) {
      y.set(i, position(numbers, classes.label(rows[i])), 1);
    }
    return y;
  }

  private static SparsitySamples ofNumbers(
      SparsityConfig config, int wanted, String key, PreparedData data) {
    if (!config.classes().isEmpty()
        || config.cost().filter(Loss.CROSS_ENTROPY::equals).isPresent()) {
      throw new DataException(
          "sparsity: classes and cross-entropy are for classes but the response of %s is numbers"
              .formatted(data.train().name()));
    }
    if (wanted > data.train().samples()) {
      throw new DataException(
          "sparsity: %s = %d are wanted but %s has %d for training"
              .formatted(key, wanted, data.train().name(), data.train().samples()));
    }
    int[] train = IntStream.range(0, wanted).toArray();
    int[] test =
        IntStream.range(0, Math.min(config.testSamples(), data.test().samples())).toArray();
    return new SparsitySamples(
        data.train().name(),
        config.cost().orElse(Loss.MSE),
        List.of(),
        List.of(),
        inputs(data.train(), train),
        select(((Response.Values) data.train().response()).values(), train),
        inputs(data.test(), test),
        select(((Response.Values) data.test().response()).values(), test));
  }

  private static SparsitySamples taught(
      SparsityConfig config, int wanted, SparsityConfig.Teacher teacher, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed ^ TEACHER);
    List<Integer> widths = new ArrayList<>(List.of(teacher.inputs()));
    widths.addAll(teacher.hidden());
    widths.add(teacher.outputs());
    NetworkPlan plan =
        new NetworkPlan(
            widths, List.of(Activation.RELU), new WeightInit.He(), false, false, Residual.NONE);
    // The teacher and the test samples come first: they are the same for any number of samples.
    try (Network network = plan.draw(DType.FLOAT64, random.nextLong())) {
      HostMatrix testX = gaussian(config.testSamples(), teacher.inputs(), random);
      HostMatrix x = gaussian(wanted, teacher.inputs(), random);
      return new SparsitySamples(
          "a random teacher of widths " + widths,
          config.cost().orElse(Loss.MSE),
          List.of(),
          List.of(),
          x,
          outputs(network, x),
          testX,
          outputs(network, testX));
    }
  }

  private static HostMatrix gaussian(int rows, int cols, RandomGenerator random) {
    HostMatrix x = HostMatrix.allocate(DType.FLOAT64, rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        x.set(i, j, random.nextGaussian());
      }
    }
    return x;
  }

  private static HostMatrix outputs(Network network, HostMatrix x) {
    List<double[][]> weights = Weights.of(network, 0);
    HostMatrix y = HostMatrix.allocate(DType.FLOAT64, x.rows(), network.outputs());
    double[][] rows = x.toArray();
    for (int i = 0; i < rows.length; i++) {
      double[] a = rows[i];
      for (int l = 0; l < weights.size(); l++) {
        double[] input = a;
        boolean hidden = l < weights.size() - 1;
        a =
            Arrays.stream(weights.get(l))
                .mapToDouble(row -> GroupLasso.dot(row, input))
                .map(z -> hidden ? Math.max(0, z) : z)
                .toArray();
      }
      for (int j = 0; j < a.length; j++) {
        y.set(i, j, a[j]);
      }
    }
    return y;
  }

  /** Returns the training problem; it borrows the matrices. */
  RidgeProblem problem(double lambda, double biasStrength) {
    return new RidgeProblem(x, y, cost, lambda, biasStrength);
  }

  /** Returns the same problem on the test samples. */
  RidgeProblem testProblem(double lambda, double biasStrength) {
    return new RidgeProblem(testX, testY, cost, lambda, biasStrength);
  }

  @Override
  public void close() {
    x.close();
    y.close();
    testX.close();
    testY.close();
  }
}
