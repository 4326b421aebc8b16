package dev.lamina.analysis.lego;

import static dev.lamina.analysis.lego.LegoFixture.LOSS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.layerwise.BatchRule;
import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.layerwise.LayerMemoryException;
import dev.lamina.analysis.layerwise.LayerObjective;
import dev.lamina.analysis.layerwise.SoftmaxReadout;
import dev.lamina.analysis.layerwise.SoftmaxSettings;
import dev.lamina.analysis.lego.LegoFixture.Outcome;
import dev.lamina.analysis.lego.LegoPlan.LegoLoss;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.DenseParameters;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LegoTrainingTest {
  @TempDir private Path folder;

  private Backend backend;
  private TrainingData data;
  private Network initial;

  @BeforeEach
  void open() {
    backend = LegoFixture.cpu(2);
    data = LegoFixture.data(backend, DType.FLOAT64, 60, 0);
    initial = LegoFixture.network(DType.FLOAT64, 12, 9);
  }

  @AfterEach
  void close() {
    initial.close();
    data.close();
    backend.close();
  }

  private Outcome train(LegoPlan plan) {
    return train(plan, Optional.empty());
  }

  private Outcome train(LegoPlan plan, Optional<Training.Checkpoints> checkpoints) {
    return LegoFixture.train(backend, data, initial, plan, checkpoints, Progress.NONE);
  }

  private static LegoPlan with(LegoPlan p, List<Integer> order, int sweep) {
    return new LegoPlan(
        p.loss(),
        order,
        p.optimiser(),
        p.rate(),
        p.schedule(),
        p.batch(),
        p.epochs(),
        p.evaluateEvery(),
        p.heldOut(),
        p.patience(),
        sweep,
        p.seed());
  }

  /** The activations of a layer by the plainest route. */
  private DeviceMatrix activations(Network network, int layer) {
    DeviceMatrix a = data.x();
    for (int l = 0; l < layer; l++) {
      DenseLayer dense = (DenseLayer) network.layers().get(l);
      DeviceMatrix out = backend.allocate(a.dtype(), a.rows(), dense.outputs());
      try (DeviceMatrix w = backend.upload(dense.weights());
          DeviceMatrix b = backend.upload(dense.bias().orElseThrow())) {
        backend
            .layers()
            .forward(new DenseParameters(w, Optional.of(b), Activation.RELU), a, out, out);
      }
      if (l > 0) {
        a.close();
      }
      a = out;
    }
    return a;
  }

  private double loss(Network network, int layer, int above) {
    try (DeviceMatrix phi = activations(network, layer);
        LayerObjective objective =
            LayerObjective.open(backend, LOSS.settings(Form.EVIDENCE, above, data.x().rows()))) {
      return objective.evaluate(phi, data.targets()).value();
    }
  }

  static Stream<LegoObjective> objectives() {
    return LegoObjective.all().values().stream();
  }

  private TrainingData data(LegoObjective objective) {
    return objective instanceof LegoObjective.Softmax
        ? LegoFixture.twoColumns(backend, DType.FLOAT64, 60, 0)
        : LegoFixture.data(backend, DType.FLOAT64, 60, 0);
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void everyLossFallsInEveryLayer(LegoObjective objective) {
    LegoPlan plan = LegoFixture.plan(LOSS.withObjective(objective), 0, 20);
    LegoResult result;
    try (TrainingData own = data(objective)) {
      result =
          LegoFixture.train(backend, own, initial, plan, Optional.empty(), Progress.NONE).result();
    }
    assertThat(result.diverged()).isFalse();
    assertThat(result.turns())
        .extracting(TurnHistory::layersAbove)
        .containsExactly(objective.usuallyLocal() ? 0 : 1, 0);
    assertThat(result.turns()).allSatisfy(t -> assertThat(t.lastLoss()).isLessThan(t.firstLoss()));
  }

  @Test
  void lossesAreThoseOfTheObjective() {
    try (LegoTraining training =
        new LegoTraining(
            backend,
            data,
            initial,
            LegoFixture.plan(LOSS, 0, 1),
            Optional.empty(),
            Progress.NONE)) {
      LegoResult result = training.run();
      TurnHistory first = result.turns().get(0);
      assertThat(first.firstLoss()).isEqualTo(loss(initial, 1, 1));
      // The loss of the first step is that before it.
      assertThat(first.epochs().get(1).loss()).isEqualTo(first.firstLoss());
      // Layer 2 is as drawn but sees the trained layer 1.
      double second = result.turns().get(1).firstLoss();
      try (Network mixed = training.network().copy(DType.FLOAT64)) {
        DenseLayer target = (DenseLayer) mixed.layers().get(1);
        DenseLayer drawn = (DenseLayer) initial.layers().get(1);
        target.weights().copyFrom(drawn.weights());
        target.bias().orElseThrow().copyFrom(drawn.bias().orElseThrow());
        assertThat(second).isEqualTo(loss(mixed, 2, 0));
      }
    }
  }

  @Test
  void oneStepOfDescentFollowsTheEffectiveAction() {
    double rate = 1e-3;
    LegoPlan plan =
        new LegoPlan(
            LOSS,
            List.of(1),
            new Optimiser.Descent(0),
            rate,
            Schedule.CONSTANT,
            0,
            1,
            1,
            0,
            0,
            0,
            1);
    Outcome outcome = train(plan);
    double h = 1e-6;
    for (int[] at : new int[][] {{0, 0}, {3, 2}, {11, 4}}) {
      double w = initial.layers().get(0).matrices().getFirst().get(at[0], at[1]);
      double slope = (action(at, w + h) - action(at, w - h)) / (2 * h);
      double moved = (w - outcome.weights(1)[at[0]][at[1]]) / rate;
      assertThat(moved).isCloseTo(slope, within(1e-5 * (1 + Math.abs(slope))));
    }
  }

  /** S = loss + fan_in |W|²/(2 σ_w²) + … with one weight of layer 1 changed. */
  private double action(int[] at, double weight) {
    try (Network changed = initial.copy(DType.FLOAT64)) {
      DenseLayer layer = (DenseLayer) changed.layers().get(0);
      layer.weights().set(at[0], at[1], weight);
      return loss(changed, 1, 1) + 5 * weight * weight / (2 * LOSS.weightVariance());
    }
  }

  @Test
  void frozenLayersKeepTheirBits() {
    Outcome one = train(with(LegoFixture.plan(LOSS, 0, 6), List.of(1), 0));
    Outcome both = train(LegoFixture.plan(LOSS, 0, 6));
    List<double[][]> drawn = LegoFixture.parameters(initial);
    assertThat(both.weights(1)).isDeepEqualTo(one.weights(1));
    assertThat(one.weights(2)).isDeepEqualTo(drawn.get(2));
    assertThat(both.weights(3)).isDeepEqualTo(drawn.get(4)); // the read-out is not trained
    assertThat(Arrays.deepEquals(both.weights(2), drawn.get(2))).isFalse();
  }

  @Test
  void layersMayBeTrainedInAnyOrder() {
    Outcome down = train(with(LegoFixture.plan(LOSS, 0, 6), List.of(2, 1), 0));
    Outcome up = train(LegoFixture.plan(LOSS, 0, 6));
    assertThat(down.result().turns()).extracting(TurnHistory::last).containsExactly(2, 1);
    assertThat(down.result().turns())
        .allSatisfy(t -> assertThat(t.lastLoss()).isLessThan(t.firstLoss()));
    // What layer 1 learns does not depend on the layer above.
    assertThat(down.weights(1)).isDeepEqualTo(up.weights(1));
    assertThat(Arrays.deepEquals(down.weights(2), up.weights(2))).isFalse();
    assertThatThrownBy(() -> train(with(LegoFixture.plan(LOSS, 0, 6), List.of(3), 0)))
        .hasMessage("lego: order must name hidden layers, 1 to 2, but is [3]");
  }

  @Test
  void aBatchOfAllSamplesIsTheFullBatch() {
    Outcome full = train(LegoFixture.plan(LOSS, 0, 6));
    Outcome batch = train(LegoFixture.plan(LOSS, 60, 6));
    for (int l = 1; l <= 2; l++) {
      double[][] a = full.weights(l);
      double[][] b = batch.weights(l);
      for (int i = 0; i < a.length; i++) {
        // The examples are summed up in another order.
        assertThat(b[i]).containsExactly(a[i], within(1e-8));
      }
    }
    assertThat(batch.result().turns().get(1).lastLoss())
        .isCloseTo(full.result().turns().get(1).lastLoss(), within(1e-6));
  }

  @Test
  void miniBatchesFollowTheRuleForTheNoise() {
    LegoPlan plan = LegoFixture.plan(LOSS, 25, 1);
    double first = train(plan).result().turns().getFirst().firstLoss();
    BatchRule rule = new BatchRule(LOSS.noise(), 60);
    double mean = 0;
    for (int from = 0; from < 60; from += 20) { // three even batches of at most 25
      try (DeviceMatrix phi = activations(initial, 1);
          LayerObjective objective =
              LayerObjective.open(
                  backend,
                  LegoFixture.loss(Form.EVIDENCE, rule.noise(20), 0.1)
                      .settings(Form.EVIDENCE, 1, 20))) {
        double value =
            objective
                .evaluate(phi.rows(from, from + 20), data.targets().rows(from, from + 20))
                .value();
        mean += rule.fullLoss(value, 20, 1, false) / 3;
      }
    }
    assertThat(first).isCloseTo(mean, within(1e-9 * Math.abs(mean)));
  }

  @Test
  void theSweepMovesAllLayersAndLowersTheLastLoss() {
    Outcome greedy = train(LegoFixture.plan(LOSS, 0, 6));
    Outcome swept = train(with(LegoFixture.plan(LOSS, 0, 6), List.of(), 10));
    TurnHistory sweep = swept.result().turns().getLast();
    assertThat(sweep.name()).isEqualTo("layers 1 to 2");
    assertThat(sweep.layersAbove()).isZero();
    assertThat(sweep.lastLoss()).isLessThan(sweep.firstLoss());
    assertThat(Arrays.deepEquals(swept.weights(1), greedy.weights(1))).isFalse();
    assertThat(Arrays.deepEquals(swept.weights(2), greedy.weights(2))).isFalse();
  }

  @Test
  void stopsAtTheBestHeldOutLoss() {
    try (TrainingData held = LegoFixture.data(backend, DType.FLOAT64, 40, 40)) {
      LegoPlan plan =
          new LegoPlan(
              LegoFixture.loss(Form.FIT, 0.3, 0.1),
              List.of(1),
              Optimiser.Adam.USUAL,
              0.05,
              Schedule.CONSTANT,
              0,
              400,
              4,
              0.5,
              3,
              0,
              1);
      Outcome outcome =
          LegoFixture.train(backend, held, initial, plan, Optional.empty(), Progress.NONE);
      TurnHistory turn = outcome.result().turns().getFirst();
      LegoEpoch best =
          turn.epochs().stream()
              .min((a, b) -> Double.compare(a.heldOut(), b.heldOut()))
              .orElseThrow();
      assertThat(turn.best()).isEqualTo(best.epoch());
      assertThat(turn.epochs().getLast().epoch()).isEqualTo(best.epoch() + 12).isLessThan(400);
      assertThat(turn.ending()).contains("3 evaluations ago");
      // The kept parameters are those of that moment: a run that ends there has the same.
      LegoPlan until = LegoFixture.plan(plan.loss(), 0, best.epoch());
      LegoPlan shorter =
          new LegoPlan(
              plan.loss(),
              List.of(1),
              plan.optimiser(),
              plan.rate(),
              plan.schedule(),
              0,
              until.epochs(),
              4,
              0.5,
              0,
              0,
              1);
      Outcome there =
          LegoFixture.train(backend, held, initial, shorter, Optional.empty(), Progress.NONE);
      assertThat(outcome.weights(1)).isDeepEqualTo(there.weights(1));
    }
  }

  /** Stops the run with an exception after so many steps. */
  private static final class Interruption implements Progress {
    private long left;

    Interruption(long left) {
      this.left = left;
    }

    @Override
    public void begin(String task, long steps) {}

    @Override
    public void advance(long steps) {
      left -= steps;
      if (left < 0) {
        throw new IllegalStateException("interrupted");
      }
    }
  }

  @Test
  void resumedRunsHaveTheSameBits() {
    LegoPlan plan = with(LegoFixture.plan(LOSS, 25, 6), List.of(), 4);
    Outcome whole = train(plan);
    Path file = folder.resolve("run.checkpoint");
    Optional<Training.Checkpoints> checkpoints = Optional.of(new Training.Checkpoints(file, 2));
    // 18 steps for each layer, then 12: in the middle of layer 1, of layer 2, of the sweep.
    for (int steps : new int[] {11, 14, 11}) {
      assertThatThrownBy(() ->
              LegoFixture.train(
                  backend, data, initial, plan, checkpoints, new Interruption(steps + done(file))))
          .hasMessage("interrupted");
    }
    Outcome resumed = train(plan, checkpoints);
    assertThat(resumed.result().resumed()).isTrue();
    assertThat(resumed.result().turns()).isEqualTo(whole.result().turns());
    assertThat(resumed.sameBits(whole)).isTrue();
    // Once more: nothing is left to do.
    assertThat(train(plan, checkpoints).sameBits(whole)).isTrue();
    LegoPlan other = LegoFixture.plan(LOSS, 25, 7);
    assertThatThrownBy(() -> train(other, checkpoints))
        .hasMessageContaining(
            "is a checkpoint of another run: it differs in epochs (there 6, now 7),"
                + " sweep (there 4, now 0); --fresh");
    LegoPlan upsideDown = with(plan, List.of(2, 1), 4);
    assertThatThrownBy(() -> train(upsideDown, checkpoints))
        .hasMessageContaining("it differs in order (there [1, 2], now [2, 1]); --fresh");
    LegoPlan noisier = plan.withLoss(LOSS.withNoise(0.4));
    assertThatThrownBy(() -> train(noisier, checkpoints))
        .hasMessageContaining("it differs in noise (there 0.3, now 0.4); --fresh");
    try (TrainingData others = LegoFixture.data(backend, DType.FLOAT64, 59, 0)) {
      assertThatThrownBy(
              () -> LegoFixture.train(backend, others, initial, plan, checkpoints, Progress.NONE))
          .hasMessageContaining("it differs in training inputs");
    }
  }

  /** Returns the steps that progress hears of before a resumed run makes its first. */
  private static int done(Path file) {
    if (!java.nio.file.Files.exists(file)) {
      return 0;
    }
    try (var tensors = dev.lamina.analysis.network.SafetensorsFile.open(file)) {
      LegoCheckpoint.State state =
          dev.lamina.analysis.report.Json.read(
              tensors.metadata().get("lamina.state"), LegoCheckpoint.State.class);
      int steps = 18 * state.finished().size();
      return steps + (state.current() == null ? 0 : (int) state.current().step());
    }
  }

  @Test
  void aReadOutThatIsTrainedBesideTheLayersIsResumedToo() {
    LegoPlan plan =
        new LegoPlan(
            LOSS.withObjective(new LegoObjective.Softmax()),
            List.of(),
            Optimiser.Adam.USUAL,
            0.02,
            new Schedule.Cosine(0),
            25,
            6,
            1,
            0.25, // held out, so that the best parameters are kept beside the present ones
            6,
            0,
            5);
    Path file = folder.resolve("softmax.checkpoint");
    Optional<Training.Checkpoints> checkpoints = Optional.of(new Training.Checkpoints(file, 2));
    try (TrainingData own = LegoFixture.twoColumns(backend, DType.FLOAT64, 60, 20)) {
      Outcome whole =
          LegoFixture.train(backend, own, initial, plan, Optional.empty(), Progress.NONE);
      for (int steps : new int[] {11, 14}) { // in the middle of layer 1, of layer 2
        assertThatThrownBy(() ->
                LegoFixture.train(
                    backend, own, initial, plan, checkpoints, new Interruption(steps + done(file))))
            .hasMessage("interrupted");
      }
      Outcome resumed = LegoFixture.train(backend, own, initial, plan, checkpoints, Progress.NONE);
      assertThat(resumed.result().resumed()).isTrue();
      assertThat(resumed.result().turns()).isEqualTo(whole.result().turns());
      assertThat(resumed.sameBits(whole)).isTrue();
    }
    // Targets of ±1 are none that a softmax could have.
    assertThatThrownBy(() -> train(plan))
        .hasMessageContaining("targets must be one-hot rows minus 1/C");
  }

  @Test
  void aStepOfASoftmaxReadOutFollowsTheJointPosterior() {
    LegoLoss softmax = LOSS.withObjective(new LegoObjective.Softmax());
    double rate = 1e-3;
    LegoPlan plan =
        new LegoPlan(
            softmax,
            List.of(2),
            new Optimiser.Descent(0),
            rate,
            Schedule.CONSTANT,
            0,
            1,
            1,
            0,
            0,
            0,
            1);
    int n = 60;
    try (TrainingData own = LegoFixture.twoColumns(backend, DType.FLOAT64, n, 0);
        SoftmaxReadout readOut =
            new SoftmaxReadout(
                backend, new SoftmaxSettings(1, 9 / (LOSS.readoutVariance() * n), 1))) {
      Outcome outcome =
          LegoFixture.train(backend, own, initial, plan, Optional.empty(), Progress.NONE);
      ToDoubleFunction<Network> joint =
          network -> {
            try (DeviceMatrix phi = activations(network, 2)) {
              double w2 =
                  backend
                      .gram()
                      .dot(
                          network.layers().get(1).matrices().getFirst(),
                          network.layers().get(1).matrices().getFirst());
              return readOut.evaluate(phi, own.targets()).value()
                  + 12 * w2 / (2 * LOSS.weightVariance() * n);
            }
          };
      assertThat(outcome.result().turns().getFirst().firstLoss())
          .isCloseTo(
              n * (joint.applyAsDouble(initial) - 12 * squares(initial) / (4.0 * n)), within(1e-9));
      double h = 1e-6;
      for (int[] at : new int[][] {{0, 0}, {3, 2}, {8, 11}}) {
        double w = initial.layers().get(1).matrices().getFirst().get(at[0], at[1]);
        double slope = (at(joint, at, w + h) - at(joint, at, w - h)) / (2 * h);
        double moved = (w - outcome.weights(2)[at[0]][at[1]]) / rate;
        assertThat(moved).isCloseTo(slope, within(1e-6 * (1 + Math.abs(slope))));
      }
    }
  }

  private double squares(Network network) {
    return Arrays.stream(network.layers().get(1).matrices().getFirst().toArray())
        .flatMapToDouble(Arrays::stream)
        .map(w -> w * w)
        .sum();
  }

  private double at(ToDoubleFunction<Network> joint, int[] at, double weight) {
    try (Network changed = initial.copy(DType.FLOAT64)) {
      changed.layers().get(1).matrices().getFirst().set(at[0], at[1], weight);
      return joint.applyAsDouble(changed);
    }
  }

  @Test
  void moreSamplesThanTheBudgetHoldsAskForBatches() {
    LaminaConfig small = LaminaConfig.defaults().withCpuThreads(1).withMemoryBudget(1L << 20);
    try (Backend tight = ContractBackends.open(BackendId.CPU, small);
        TrainingData many = LegoFixture.data(tight, DType.FLOAT64, 400, 0)) {
      assertThatThrownBy(() ->
              LegoFixture.train(
                  tight,
                  many,
                  initial,
                  LegoFixture.plan(LOSS, 0, 1),
                  Optional.empty(),
                  Progress.NONE))
          .isInstanceOf(LayerMemoryException.class)
          .hasMessageContaining("memory budget of 1 MiB")
          .hasMessageContaining("mini-batches of at most")
          .hasMessageContaining("the feature-space form, for 0 layers above, would fit");
      LegoResult batches =
          LegoFixture.train(
                  tight,
                  many,
                  initial,
                  LegoFixture.plan(LOSS, 50, 1),
                  Optional.empty(),
                  Progress.NONE)
              .result();
      assertThat(batches.diverged()).isFalse();
    }
  }

  @Test
  void deadSamplesWithoutBiasesAreFinite() {
    LegoLoss loss = LegoFixture.loss(Form.EVIDENCE, 0.3, 0);
    try (HostMatrix x = LegoFixture.gaussian(1, DType.FLOAT64, 20, 5);
        HostMatrix y = LegoFixture.signs(x);
        HostMatrix none = HostMatrix.allocate(DType.FLOAT64, 0, 5);
        HostMatrix noTargets = HostMatrix.allocate(DType.FLOAT64, 0, 1);
        Network network =
            new NetworkConfig(List.of(6, 6), Activation.RELU, new WeightInit.He(), false)
                .plan(5, 2)
                .draw(DType.FLOAT64, 7)) {
      for (int j = 0; j < 5; j++) {
        x.set(3, j, 0); // K_ii = 0 at every depth
        x.set(4, j, 0);
      }
      try (TrainingData dead = TrainingData.upload(backend, x, y, none, noTargets)) {
        Outcome outcome =
            LegoFixture.train(
                backend,
                dead,
                network,
                LegoFixture.plan(loss, 0, 5),
                Optional.empty(),
                Progress.NONE);
        assertThat(outcome.result().diverged()).isFalse();
        assertThat(outcome.result().turns())
            .allSatisfy(t -> assertThat(t.lastLoss()).isLessThan(t.firstLoss()));
      }
    }
  }

  @Test
  void resultsDoNotDependOnThreads() {
    try (Backend one = LegoFixture.cpu(1);
        TrainingData same = LegoFixture.data(one, DType.FLOAT64, 60, 0)) {
      LegoPlan plan = LegoFixture.plan(LOSS, 25, 4);
      Outcome alone = LegoFixture.train(one, same, initial, plan, Optional.empty(), Progress.NONE);
      assertThat(alone.sameBits(train(plan))).isTrue();
    }
  }

  @Test
  void divergenceNamesTheLayerAndKeepsTheLastGoodOne() {
    LegoPlan good = LegoFixture.plan(LOSS, 0, 2);
    LegoPlan plan =
        new LegoPlan(
            LOSS,
            List.of(),
            new Optimiser.Descent(0),
            1e200,
            Schedule.CONSTANT,
            0,
            good.epochs(),
            1,
            0,
            0,
            0,
            5);
    Outcome outcome = train(plan);
    assertThat(outcome.result().diverged()).isTrue();
    assertThat(outcome.result().turns()).hasSize(1);
    assertThat(outcome.result().turns().getFirst().ending())
        .startsWith("layer 1 diverged at step ")
        .contains("keeps its parameters of epoch ")
        .endsWith("a smaller rate may help");
    assertThat(outcome.parameters())
        .allSatisfy(m ->
            assertThat(Arrays.stream(m).flatMapToDouble(Arrays::stream).boxed())
                .allSatisfy(v -> assertThat(v).isFinite()));
  }

  @Test
  void refusesWhatTheLossesAreNotAbout() {
    LegoPlan plan = LegoFixture.plan(LegoFixture.loss(Form.EVIDENCE, 0.3, 0), 0, 2);
    assertThatThrownBy(() -> train(plan)).hasMessageContaining("bias-variance, so it must be > 0");
    assertThatThrownBy(() -> with(plan, List.of(1, 1), 0))
        .hasMessageContaining("order must name each layer once");
  }
}
