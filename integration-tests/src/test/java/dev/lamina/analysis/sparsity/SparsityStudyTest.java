package dev.lamina.analysis.sparsity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.sparsity.SparsityConfig.Teacher;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Bound;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Known;
import dev.lamina.analysis.sparsity.SparsityStudyResult.LayerPlanes;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Point;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** The section sparsity on the cpu backend: small problems whose answers are known otherwise. */
class SparsityStudyTest {

  /** Three clouds; labels 0, 1, 2, 0, 1, 2, …. */
  private static DataSet clouds(int n, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    HostMatrix x = HostMatrix.allocate(DType.FLOAT32, n, 6);
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % 3;
      for (int j = 0; j < 6; j++) {
        x.set(i, j, (j / 2 == labels[i] ? 2 : 0) + 0.5 * random.nextGaussian());
      }
    }
    return new DataSet(
        "clouds", x, Response.Classes.numbered(labels, 3), Optional.empty(), "drawn for a test");
  }

  private static Lamina open(int threads) {
    return Lamina.open(
        LaminaConfig.defaults().withBackend(BackendChoice.CPU).withCpuThreads(threads));
  }

  private static StudyContext context(
      Lamina lamina, PreparedData data, boolean bias, Activation activation, Integer... hidden) {
    return new StudyContext(
        lamina, data, new NetworkConfig(List.of(hidden), activation, new WeightInit.He(), bias), 5);
  }

  private static SparsityConfig taught(List<Integer> widths, double lambda) {
    return new SparsityConfig(
        8,
        20,
        List.of(),
        Optional.of(new Teacher(2, List.of(3), 2)),
        Optional.empty(),
        lambda,
        0,
        4,
        1500,
        0.02,
        10,
        200,
        0,
        widths,
        List.of(lambda),
        8,
        List.of(),
        List.of(lambda),
        4,
        false,
        1);
  }

  private static SparsityConfig ofClasses(List<String> names, int samples, int plateauSamples) {
    return new SparsityConfig(
        samples,
        30,
        names,
        Optional.empty(),
        Optional.empty(),
        1e-2,
        1,
        2,
        100,
        0.01,
        2,
        60,
        1e-2,
        List.of(1, 4),
        List.of(1e-1, 1e-2),
        plateauSamples,
        List.of(2, 3),
        List.of(1e-2),
        5,
        false,
        1);
  }

  private static SparsityStudyResult run(StudyContext context, SparsityConfig config) {
    return new SparsitySection().run(context, config, Progress.NONE);
  }

  /** The plateau of two layers is where the certified optimum of any width says it is. */
  @Test
  void thePlateauIsTheCertifiedOptimum() {
    try (Lamina lamina = open(2);
        PreparedData data = new PreparedData(clouds(20, 1), clouds(9, 2))) {
      SparsityConfig config = taught(List.of(1, 2, 3, 5, 9), 0.05);
      SparsityStudyResult result = run(context(lamina, data, false, Activation.RELU, 4), config);
      assertThat(result.bound()).hasSize(2);
      assertThat(result.bound()).extracting(Bound::lambda).containsOnly(0.05);
      double linear = result.bound().get(0).value();
      double certified = result.bound().get(1).value();
      assertThat(linear).isLessThanOrEqualTo(certified);
      List<Double> losses = result.plateau().stream().map(Point::loss).toList();
      for (int i = 0; i < losses.size(); i++) {
        assertThat(losses.get(i)).isGreaterThanOrEqualTo(certified * (1 - 1e-9));
        assertThat(losses.get(i)).isLessThanOrEqualTo(losses.get(Math.max(0, i - 1)));
      }
      assertThat(losses.getFirst()).isGreaterThan(1.02 * certified);
      assertThat(losses.getLast()).isCloseTo(certified, within(1e-3 * certified));
      Point last = result.plateau().getLast();
      assertThat(last.coarse().getFirst()).isBetween(2, 9);
      assertThat(last.test().accuracy()).isNaN();
      assertThat(SparsityStudy.start(result.plateau(), 0.01).orElseThrow()).isBetween(2, 9);
      assertThat(result.tikhonov()).isEmpty();
    }
  }

  @Test
  void resultsDoNotDependOnHowManyTrainSideBySide() {
    try (PreparedData data = new PreparedData(clouds(40, 1), clouds(30, 2));
        Lamina one = open(1);
        Lamina three = open(3)) {
      SparsityConfig config = ofClasses(List.of(), 12, 12);
      SparsityStudyResult a = run(context(one, data, true, Activation.RELU, 6), config);
      SparsityStudyResult b = run(context(three, data, true, Activation.RELU, 6), config);
      assertThat(Json.write(b.plateau())).isEqualTo(Json.write(a.plateau()));
      assertThat(b.starts()).isEqualTo(a.starts());
    }
  }

  @Test
  void theReportShowsEverything() {
    try (Lamina lamina = open(2);
        PreparedData data = new PreparedData(clouds(40, 1), clouds(30, 2))) {
      StudyContext context = context(lamina, data, true, Activation.RELU, 6, 5);
      SparsityConfig config = ofClasses(List.of("2", "0"), 10, 16);
      SparsityStudyResult result = run(context, config);
      assertThat(result.labels()).containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 1);
      assertThat(result.plateauSamples()).isEqualTo(16);
      assertThat(result.trained().loss()).isLessThan(result.fresh().loss());
      assertThat(result.trained().lossCovariances())
          .isCloseTo(result.trained().loss(), within(1e-9));
      assertThat(result.test().accuracy()).isGreaterThan(0.9);
      assertThat(result.depths()).extracting(Point::layers).containsExactly(2, 3);
      String page = Json.write(new SparsitySection().view(context, config, result));
      assertThat(page)
          .contains("\"forms\"", "\"layers\"", "\"forces\"", "\"plateau\"", "\"plateau-numbers\"")
          .contains("\"samples-1\"", "\"neurons-1\"", "\"samples-2\"", "\"neurons-2\"")
          .contains("\"gram-before-1\"", "\"gram-after-2\"", "\"eigenvalues\"", "\"depths\"")
          .contains("class 2", "class 0", "attraction", "repulsion", "272 would always do")
          .contains("Networks of other widths are trained on 16 samples", "Provenance. Published");
    }
  }

  /** Without kinks both forces cancel at the minimiser of the Tikhonov form. */
  @Test
  void forcesOfLinearNetworksAreOpposite() {
    try (Lamina lamina = open(1);
        PreparedData data = new PreparedData(clouds(40, 1), clouds(30, 2))) {
      SparsityConfig config = ofClasses(List.of(), 12, 12);
      SparsityStudyResult result =
          run(context(lamina, data, true, Activation.IDENTITY, 6, 5), config);
      assertThat(result.tikhonov()).hasSize(1);
      assertThat(result.tikhonov().getFirst().loss()).isLessThan(result.trained().loss());
      for (LayerPlanes planes : result.tikhonov().getFirst().planes()) {
        assertThat(planes.cosine()).isCloseTo(-1, within(1e-3));
        assertThat(planes.attraction())
            .isCloseTo(planes.repulsion(), within(0.05 * planes.repulsion()));
        assertThat(planes.samples().x()).hasSize(12);
        assertThat(planes.neurons().x()).hasSize(planes.layer() == 1 ? 6 : 5);
      }
    }
  }

  /** Trained networks are never below the known least loss, and reach it where they must. */
  @Test
  void knownOptimaAreReachedAndNeverPassed() {
    try (Lamina lamina = open(2)) {
      KnownOptima optima = new KnownOptima(6, 3);
      assertThat(optima.problems()).hasSize(5 + 6 + 5 + 3 + 4);
      List<Known> known =
          optima.run(
              new Jobs(lamina, Progress.NONE),
              optima.problems().stream().filter(p -> p.width() < 6).toList());
      assertThat(known).hasSize(5 + 1 + 3 + 2);
      for (Known k : known) {
        assertThat(k.trained()).isGreaterThanOrEqualTo(k.optimum() - 1e-12);
        k.bound().ifPresent(b -> assertThat(k.trained()).isGreaterThanOrEqualTo(b - 1e-12));
        if (k.problem().startsWith("linear")) {
          assertThat(k.trained()).isCloseTo(k.optimum(), within(1e-10));
        }
      }
      // The example of N²/4 = 4 neurons: spec values of 1 to 5 neurons.
      double[] best = {2.0796, 1.1192, 0.161623, 0.1588, 0.1588};
      for (int i = 0; i < 5; i++) {
        assertThat(known.get(i).width()).isEqualTo(i + 1);
        assertThat(known.get(i).trained()).isCloseTo(best[i], within(1e-6));
      }
      assertThat(known.get(4).rays()).isEqualTo(4);
    }
  }

  @Test
  void wrongSamplesAreNamed() {
    try (Lamina lamina = open(1);
        PreparedData data = new PreparedData(clouds(30, 1), clouds(9, 2))) {
      StudyContext context = context(lamina, data, true, Activation.RELU, 4);
      assertThatThrownBy(() -> run(context, ofClasses(List.of("0", "7"), 10, 10)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("classes must be among [0, 1, 2] but one is 7");
      assertThatThrownBy(() -> run(context, ofClasses(List.of("0", "1"), 21, 21)))
          .hasMessageContaining("samples = 21 are wanted but clouds has 20 of these classes");
      assertThatThrownBy(() -> run(context, ofClasses(List.of("0", "1"), 10, 25)))
          .hasMessageContaining("plateau-samples = 25 are wanted");
    }
  }

  /** More samples leave teacher and test samples as they are. */
  @Test
  void theTeacherStaysTheSame() {
    SparsityConfig config = taught(List.of(), 0.1);
    try (PreparedData data = new PreparedData(clouds(3, 1), clouds(3, 2));
        SparsitySamples few = SparsitySamples.of(config, 4, "samples", data, 9);
        SparsitySamples many = SparsitySamples.of(config, 40, "samples", data, 9);
        SparsitySamples other = SparsitySamples.of(config, 4, "samples", data, 10)) {
      assertThat(many.testY().toArray()).isDeepEqualTo(few.testY().toArray());
      assertThat(many.x().rows()).isEqualTo(40);
      assertThat(many.x().toArray()[3]).containsExactly(few.x().toArray()[3]);
      assertThat(many.y().toArray()[3]).containsExactly(few.y().toArray()[3]);
      assertThat(other.testX().toArray()[0]).isNotEqualTo(few.testX().toArray()[0]);
    }
  }
}
