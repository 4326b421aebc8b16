package dev.lamina.analysis.training;

import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * One training run on one device.
 *
 * <p>Every pass goes through the examples in an order of its own, which depends on the seed and the
 * number of the pass alone. The last batch may be smaller; if a network with batch normalisation
 * would be left with a single example there, that example sits out the pass. Equal plans, data,
 * networks and processors give equal bits, whatever the number of threads and however often the run
 * was interrupted.
 */
public final class Training implements AutoCloseable {
  /** Test examples that are evaluated at once. */
  private static final long EVALUATION_ROWS = 1000;

  private static final double FORGET = 0.9;

  private final Backend backend;
  private final TrainingData data;
  private final TrainingPlan plan;
  private final Optional<Checkpoints> checkpoints;
  private final Progress progress;
  private final DeviceNetwork network;
  private final Updates updates;
  private final Network good;
  private final Optional<RunIdentity> identity;
  private final Map<Long, Batch> batches = new HashMap<>();
  private final Map<Long, Pass> evaluations = new HashMap<>();

  private TrainingObserver observer = TrainingObserver.NONE;
  private Optional<Network> shown = Optional.empty();
  private long step;
  private double runningLoss = Double.NaN;
  private int belowTarget;
  private final List<EpochMetrics> history = new ArrayList<>();

  /**
   * Where and how often a run is stored.
   *
   * @param file the checkpoint; a run that finds its own one continues from it
   * @param every epochs between two checkpoints, ≥ 1
   */
  public record Checkpoints(Path file, int every) {
    /** Checks the range. */
    public Checkpoints {
      if (every < 1) {
        throw new IllegalArgumentException("checkpoint: every must be ≥ 1 epoch but is " + every);
      }
    }
  }

  /**
   * Prepares a run; the caller closes it.
   *
   * @param backend the device
   * @param data examples on that device; stay the caller's
   * @param initial the network to begin with; stays the caller's and as it is
   * @param plan how to train
   * @param checkpoints where to store the run, if it is to be stored
   * @param progress hears of every step
   */
  public Training(
      Backend backend,
      TrainingData data,
      Network initial,
      TrainingPlan plan,
      Optional<Checkpoints> checkpoints,
      Progress progress) {
    if (initial.inputs() != data.x().cols()
        || initial.outputs() != data.targets().cols()
        || initial.dtype() != data.x().dtype()) {
      throw new ShapeException(
          "training: a network of %d inputs and %d outputs in %s cannot learn from x %s and targets %s"
              .formatted(
                  initial.inputs(),
                  initial.outputs(),
                  initial.dtype(),
                  data.x().shape(),
                  data.targets().shape()));
    }
    this.backend = backend;
    this.data = data;
    this.plan = plan;
    this.checkpoints = checkpoints;
    this.progress = progress;
    this.network = new DeviceNetwork(backend, initial);
    this.updates = new Updates(network, plan.optimiser(), plan.seed());
    this.good = initial.copy(initial.dtype());
    this.identity = checkpoints.map(_ -> RunIdentity.of(backend, plan, data, initial));
  }

  /**
   * {@return the network after {@link #run}, that of the last good checkpoint if the run diverged;
   * closed with this}
   */
  public Network network() {
    return good;
  }

  /**
   * Trains until the plan ends it. To be called once.
   *
   * @return what became of it
   */
  public TrainingResult run() {
    return run(TrainingObserver.NONE);
  }

  /**
   * Trains until the plan ends it. To be called once, instead of {@link #run()}.
   *
   * @param observer may look at the network before the first step and after every step
   * @return what became of it
   */
  public TrainingResult run(TrainingObserver observer) {
    this.observer = observer;
    int resumed = resume();
    show();
    Optional<Ending> ending = ended();
    progress.begin("training", Math.max(1, steps() - step));
    while (ending.isEmpty()) {
      ending = epoch();
      if (ending.isEmpty()) {
        ending = ended();
        if (!keep(ending.isPresent())) {
          ending = Optional.of(new Ending.Diverged(step, layerOfBadParameter(), runningLoss));
        }
      }
    }
    return new TrainingResult(history, ending.orElseThrow(), resumed);
  }

  private void show() {
    if (observer.wants(step)) {
      if (shown.isEmpty()) {
        shown = Optional.of(good.copy(good.dtype()));
      }
      network.download(shown.get());
      observer.look(step, shown.get());
    }
  }

  private int resume() {
    if (checkpoints.isEmpty() || !Files.exists(checkpoints.get().file())) {
      return 0;
    }
    Checkpoint.State state =
        Checkpoint.read(checkpoints.get().file(), identity.orElseThrow(), network, updates);
    requireWithinPlan(state);
    step = state.step();
    runningLoss = state.runningLoss();
    belowTarget = state.belowTarget();
    history.addAll(state.history());
    network.download(good);
    return history.size();
  }

  /** Refuses a run that is already longer than the plan, whose network is not what is asked for. */
  private void requireWithinPlan(Checkpoint.State state) {
    if (state.history().size() > plan.epochs() || state.step() > plan.steps()) {
      throw new IllegalArgumentException(
          "%s is at epoch %d and step %d, beyond the %s asked for; --fresh begins again, --out trains elsewhere"
              .formatted(
                  checkpoints.orElseThrow().file(),
                  state.history().size(),
                  state.step(),
                  state.step() > plan.steps()
                      ? plan.steps() + " steps"
                      : plan.epochs() + " epochs"));
    }
  }

  private long stepsPerEpoch() {
    return Math.multiplyExact(plan.passes(), stepsPerPass());
  }

  private long stepsPerPass() {
    long n = data.x().rows();
    long size = batchSize();
    long count = Math.ceilDiv(n, size);
    return network.normalised() && n % size == 1 && count > 1 ? count - 1 : count;
  }

  private long steps() {
    return Math.min(plan.steps(), plan.epochs() * stepsPerEpoch());
  }

  private long batchSize() {
    return plan.batch() == 0 ? data.x().rows() : Math.min(plan.batch(), data.x().rows());
  }

  private Optional<Ending> ended() {
    if (plan.target().isPresent() && belowTarget >= plan.target().get().epochs()) {
      return Optional.of(new Ending.TargetReached(runningLoss));
    }
    if (step >= plan.steps()) {
      return Optional.of(new Ending.AllSteps());
    }
    return history.size() >= plan.epochs() ? Optional.of(new Ending.AllEpochs()) : Optional.empty();
  }

  /** Goes through the examples; returns an ending only if it diverges. */
  private Optional<Ending> epoch() {
    int epoch = history.size();
    double rate = plan.rate() * plan.schedule().factor(epoch, plan.epochs());
    int[] order = new int[0];
    long size = batchSize();
    double lossSum = 0;
    double hits = 0;
    long seen = 0;
    long perPass = stepsPerPass();
    long perEpoch = stepsPerEpoch();
    for (long k = 0; k < perEpoch && step < plan.steps(); k++) {
      long b = k % perPass;
      if (b == 0 && plan.batch() != 0) {
        int pass = Math.toIntExact((long) epoch * plan.passes() + k / perPass);
        order = order(plan.seed(), pass, data.x().rows());
      }
      long n = Math.min(size, data.x().rows() - b * size);
      Batch batch = batches.computeIfAbsent(n, rows -> new Batch(rows));
      batch.choose(order, b * size);
      double loss = batch.forward();
      step++;
      if (!Double.isFinite(loss)) {
        return Optional.of(new Ending.Diverged(step, batch.pass.firstLayerNotFinite(), loss));
      }
      hits += batch.hits();
      batch.pass.backward(batch.x);
      updates.apply(step, rate);
      show();
      lossSum += loss * n;
      seen += n;
      runningLoss = step == 1 ? loss : FORGET * runningLoss + (1 - FORGET) * loss;
      progress.advance(1);
    }
    Evaluation test = evaluate();
    history.add(
        new EpochMetrics(
            epoch + 1,
            step,
            rate,
            lossSum / seen,
            runningLoss,
            hits / seen,
            test.loss(),
            test.accuracy()));
    boolean below = plan.target().map(t -> runningLoss < t.loss()).orElse(false);
    belowTarget = below ? belowTarget + 1 : 0;
    return Optional.empty();
  }

  /**
   * Returns the order of the examples in a pass.
   *
   * @param seed of the run
   * @param pass from 0
   * @param n number of examples
   * @return 0 … n − 1, each once
   */
  public static int[] order(long seed, int pass, long n) {
    RandomGenerator random =
        RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 0x9e3779b97f4a7c15L + pass);
    int[] order = new int[Math.toIntExact(n)];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** A batch of one size. */
  private final class Batch {
    private final Pass pass;
    private final boolean whole;
    private final DeviceMatrix x;
    private final DeviceMatrix targets;

    Batch(long rows) {
      this.pass = new Pass(network, rows);
      this.whole = plan.batch() == 0;
      this.x = whole ? data.x() : pass.inputs(data.x().cols());
      this.targets = whole ? data.targets() : pass.inputs(data.targets().cols());
    }

    void choose(int[] order, long from) {
      if (!whole) {
        backend.layers().gatherRows(data.x(), order, (int) from, x);
        backend.layers().gatherRows(data.targets(), order, (int) from, targets);
      }
    }

    double forward() {
      pass.forward(x, true);
      return pass.loss(plan.loss(), targets);
    }

    double hits() {
      return pass.hits(targets);
    }
  }

  private record Evaluation(double loss, double accuracy) {}

  private Evaluation evaluate() {
    long n = data.testX().rows();
    double loss = 0;
    double hits = 0;
    for (long from = 0; from < n; from += EVALUATION_ROWS) {
      long rows = Math.min(EVALUATION_ROWS, n - from);
      Pass pass = evaluations.computeIfAbsent(rows, r -> new Pass(network, r));
      Matrix x = data.testX().rows(from, from + rows);
      Matrix targets = data.testTargets().rows(from, from + rows);
      pass.forward(x, false);
      loss += pass.loss(plan.loss(), targets) * rows;
      hits += pass.hits(targets);
    }
    return new Evaluation(loss / n, hits / n);
  }

  /** Takes over the parameters if they are finite, and stores the run when it is time to. */
  private boolean keep(boolean last) {
    if (layerOfBadParameter() > 0) {
      return false;
    }
    boolean due = checkpoints.isEmpty() || last || history.size() % checkpoints.get().every() == 0;
    if (due) {
      network.download(good);
      checkpoints.ifPresent(c ->
          Checkpoint.write(
              c.file(),
              identity.orElseThrow(),
              new Checkpoint.State(step, runningLoss, belowTarget, history),
              network,
              updates));
    }
    return true;
  }

  /** Returns the number of the first layer with parameters that are not finite, or 0. */
  private int layerOfBadParameter() {
    for (DeviceNetwork.Parameter p : network.parameters()) {
      double square = backend.gram().dot(p.value(), p.value());
      if (!Double.isFinite(square)) {
        return Integer.parseInt(p.name().split("\\.", 3)[1]);
      }
    }
    return 0;
  }

  @Override
  public void close() {
    batches.values().forEach(batch -> batch.pass.close());
    evaluations.values().forEach(Pass::close);
    updates.close();
    network.close();
    shown.ifPresent(Network::close);
    good.close();
  }
}
