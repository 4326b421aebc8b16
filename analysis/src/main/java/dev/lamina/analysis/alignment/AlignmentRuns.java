package dev.lamina.analysis.alignment;

import dev.lamina.analysis.alignment.AlignmentStudyResult.Moment;
import dev.lamina.analysis.alignment.AlignmentStudyResult.Run;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.training.Ending;
import dev.lamina.analysis.training.EpochMetrics;
import dev.lamina.analysis.training.LogSteps;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.SharedProgress;
import dev.lamina.analysis.training.SideBySide;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.analysis.training.TrainingObserver;
import dev.lamina.analysis.training.TrainingPlan;
import dev.lamina.analysis.training.TrainingResult;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Trains networks of all depths and measures them. On processors several runs go on side by side,
 * each on one thread; results do not depend on how many.
 */
final class AlignmentRuns {
  private final AlignmentConfig config;
  private final StudyContext context;
  private final List<NetworkConfig> networks;
  private final Examples examples;

  /**
   * What is learnt and measured.
   *
   * @param targets one-hot rows of the training samples
   * @param testTargets one-hot rows of the test samples
   * @param train measured training samples
   * @param test measured test samples
   */
  record Examples(
      HostMatrix targets,
      HostMatrix testTargets,
      AlignmentExamples train,
      AlignmentExamples test) {}

  /** One run at one depth. */
  private record Job(int depth, int run) {}

  AlignmentRuns(
      AlignmentConfig config,
      StudyContext context,
      List<NetworkConfig> networks,
      Examples examples) {
    this.config = config;
    this.context = context;
    this.networks = networks;
    this.examples = examples;
  }

  private long stepsOfRun() {
    long batch = Math.min(config.batch(), context.data().train().samples());
    return config.epochs() * Math.ceilDiv((long) context.data().train().samples(), batch);
  }

  /** Returns the runs of each depth. */
  List<List<Run>> run(Progress progress) {
    Progress shared =
        new SharedProgress(
            progress, "training networks", stepsOfRun() * networks.size() * config.runs());
    Run[][] runs = new Run[networks.size()][config.runs()];
    Queue<Job> jobs = new ConcurrentLinkedQueue<>();
    for (int depth = networks.size() - 1; depth >= 0; depth--) { // no long run is left for the end
      for (int run = 0; run < config.runs(); run++) {
        jobs.add(new Job(depth, run));
      }
    }
    SideBySide.share(context.lamina(), backend -> work(backend, jobs, runs, shared));
    return Arrays.stream(runs).map(List::of).toList();
  }

  private void work(Backend backend, Queue<Job> jobs, Run[][] runs, Progress progress) {
    PreparedData data = context.data();
    try (TrainingData uploaded =
        TrainingData.upload(
            backend,
            data.train().x(),
            examples.targets(),
            data.test().x(),
            examples.testTargets())) {
      for (Job job = jobs.poll(); job != null; job = jobs.poll()) {
        runs[job.depth()][job.run()] = train(backend, uploaded, job, progress);
      }
    }
  }

  private Run train(Backend backend, TrainingData data, Job job, Progress progress) {
    long seed = context.seed() + job.run();
    int inputs = Math.toIntExact(data.x().cols());
    int outputs = Math.toIntExact(data.targets().cols());
    boolean follow = config.timesPerDecade() > 0 && job.depth() == networks.size() - 1;
    try (Network initial =
            networks.get(job.depth()).plan(inputs, outputs).draw(data.x().dtype(), seed);
        Training training =
            new Training(backend, data, initial, plan(job, seed), Optional.empty(), progress)) {
      AlignmentResult fresh =
          TangentAlignment.measure(backend, initial, examples.train(), config.settings(seed));
      Observer observer = new Observer(backend, follow ? config.timesPerDecade() : 0);
      TrainingResult result = training.run(observer);
      progress.advance(stepsOfRun() - observer.steps);
      return run(backend, seed, training.network(), result, fresh, observer);
    }
  }

  private TrainingPlan plan(Job job, long seed) {
    return new TrainingPlan(
        Loss.CROSS_ENTROPY,
        new Optimiser.Sgd(config.momentum(), false, config.weightDecay()),
        config.rates().get(job.depth()),
        Schedule.CONSTANT,
        config.batch(),
        config.epochs(),
        Long.MAX_VALUE,
        config.target() > 0
            ? Optional.of(new TrainingPlan.Target(config.target(), config.targetEpochs()))
            : Optional.empty(),
        seed);
  }

  private Run run(
      Backend backend,
      long seed,
      Network trained,
      TrainingResult result,
      AlignmentResult fresh,
      Observer observer) {
    Optional<EpochMetrics> last =
        result.history().isEmpty() ? Optional.empty() : Optional.of(result.history().getLast());
    AlignmentSettings settings = config.settings(seed);
    return new Run(
        seed,
        observer.steps,
        result.history().size(),
        last.map(EpochMetrics::runningLoss).orElse(Double.NaN),
        last.map(EpochMetrics::trainAccuracy).orElse(Double.NaN),
        last.map(EpochMetrics::testAccuracy).orElse(Double.NaN),
        result.ending() instanceof Ending.Diverged,
        result.ending().text(),
        fresh,
        TangentAlignment.measure(backend, trained, examples.train(), settings),
        TangentAlignment.measure(backend, trained, examples.test(), settings),
        observer.moments);
  }

  /** Measures at steps 0, 1, 2, … that are evenly spaced on a logarithmic scale. */
  private final class Observer implements TrainingObserver {
    private final Backend backend;
    private final int perDecade;
    private final AlignmentSettings settings;
    private final List<Moment> moments = new ArrayList<>();
    private long steps;

    Observer(Backend backend, int perDecade) {
      this.backend = backend;
      this.perDecade = perDecade;
      this.settings = config.settings(context.seed()).withPermutations(0);
    }

    @Override
    public boolean wants(long step) {
      steps = step;
      return perDecade > 0 && LogSteps.contains(step, perDecade);
    }

    @Override
    public void look(long step, Network network) {
      AlignmentResult train =
          TangentAlignment.measure(backend, network, examples.train(), settings);
      AlignmentResult test = TangentAlignment.measure(backend, network, examples.test(), settings);
      moments.add(
          new Moment(
              step,
              train.alignments(),
              test.alignments(),
              train.wholeNetwork().alignment(),
              test.wholeNetwork().alignment()));
    }
  }
}
