package dev.lamina.analysis.depth;

import dev.lamina.analysis.depth.DepthExamples.Part;
import dev.lamina.analysis.depth.LinearityResult.Run;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.training.Ending;
import dev.lamina.analysis.training.SharedProgress;
import dev.lamina.analysis.training.SideBySide;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.hipparchus.linear.RealMatrix;

/**
 * Computes the section {@code linearity} of a study. On processors several runs go on side by side,
 * each on one thread; results do not depend on how many.
 */
final class LinearityStudy {
  private final LinearityConfig config;
  private final StudyContext context;
  private final Progress progress;

  /** One run and its place in the result. */
  private record Job(int place, int hidden, double norm, long seed) {}

  LinearityStudy(LinearityConfig config, StudyContext context, Progress progress) {
    this.config = config;
    this.context = context;
    this.progress = progress;
  }

  LinearityResult run() {
    FollowedPlan plan = config.plan();
    try (DepthExamples examples = new DepthExamples(context.data(), plan.loss(), plan.samples())) {
      Looker looker = new Looker(examples, plan.loss(), plan.linearity());
      List<Job> jobs = jobs();
      Run[] runs = new Run[jobs.size()];
      train(jobs, looker, runs);
      Part part = examples.train();
      boolean curve = isCurve(examples);
      return new LinearityResult(
          examples.classes() ? examples.outputs() : 0,
          part.samples(),
          examples.test().samples(),
          Shelves.of(part, plan.loss(), context.network().activation()),
          curve ? column(part.x()) : List.of(),
          curve ? column(part.y()) : List.of(),
          List.of(runs));
    }
  }

  static boolean isCurve(DepthExamples examples) {
    return examples.inputs() == 1 && examples.outputs() == 1;
  }

  static List<Double> column(RealMatrix m) {
    return Arrays.stream(m.getColumn(0)).boxed().toList();
  }

  private List<Job> jobs() {
    List<Job> jobs = new ArrayList<>();
    for (int hidden : config.depths()) {
      for (double norm : config.norms()) {
        for (int run = 0; run < config.runs(); run++) {
          jobs.add(new Job(jobs.size(), hidden, norm, context.seed() + run));
        }
      }
    }
    return jobs;
  }

  private void train(List<Job> jobs, Looker looker, Run[] runs) {
    DepthExamples examples = looker.examples();
    long passes = (long) config.plan().epochs() * jobs.size();
    long steps = passes * stepsPerPass();
    Progress shared = new SharedProgress(progress, "training networks", steps);
    // No long run is left for the end.
    Queue<Job> left =
        jobs.stream()
            .sorted(Comparator.comparingInt(Job::hidden).reversed())
            .collect(Collectors.toCollection(ConcurrentLinkedQueue::new));
    Consumer<Backend> worker =
        backend -> {
          try (TrainingData data = examples.upload(backend)) {
            for (Job job = left.poll(); job != null; job = left.poll()) {
              runs[job.place()] = train(backend, data, looker, job, shared);
            }
          }
        };
    if (jobs.size() == 1) {
      worker.accept(context.lamina().backend()); // all threads for the only run
    } else {
      SideBySide.share(context.lamina(), worker);
    }
  }

  private long stepsPerPass() {
    long n = context.data().train().samples();
    int batch = config.plan().batch();
    return batch == 0 ? 1 : Math.ceilDiv(n, Math.min(batch, n));
  }

  private Run train(Backend backend, TrainingData data, Looker looker, Job job, Progress shared) {
    DepthExamples examples = looker.examples();
    Set<Long> withOutputs =
        isCurve(examples)
            ? config.curves().stream().map(Integer::longValue).collect(Collectors.toSet())
            : Set.of();
    FollowedTraining.Followers followers =
        new FollowedTraining.Followers(
            looker,
            withOutputs,
            "hidden-%d-norm-%s-seed-%d".formatted(job.hidden(), job.norm(), job.seed()),
            context.folder(),
            shared);
    try (Network initial = fresh(job, examples);
        FollowedTraining training =
            new FollowedTraining(backend, data, initial, config.plan(), job.seed(), followers)) {
      Ending ending = training.run();
      Perceptron end = looker.perceptron(training.network());
      return new Run(
          job.hidden(),
          job.norm(),
          job.seed(),
          end.parameterCount(),
          ending instanceof Ending.Diverged,
          ending.text(),
          ending instanceof Ending.Diverged
              ? training.moments()
              : withCurve(training.moments(), looker, end),
          LayerState.of(looker.layers(end)));
    }
  }

  /** Adds the outputs of the last network to the last look. */
  private static List<Moment> withCurve(List<Moment> moments, Looker looker, Perceptron end) {
    if (!isCurve(looker.examples())) {
      return moments;
    }
    List<Moment> all = new ArrayList<>(moments);
    all.set(all.size() - 1, looker.look(all.getLast().epoch(), end, true));
    return all;
  }

  private Network fresh(Job job, DepthExamples examples) {
    NetworkConfig own = context.network();
    List<Integer> hidden =
        job.hidden() == own.depth()
            ? own.hidden()
            : Collections.nCopies(job.hidden(), own.hidden().getFirst());
    NetworkConfig config =
        new NetworkConfig(
            hidden, own.activation(), own.init(), own.bias(), job.norm() > 0, own.residual());
    Network network =
        config.plan(examples.inputs(), examples.outputs()).draw(examples.dtype(), job.seed());
    for (Layer layer : network.layers()) {
      switch (layer) {
        case DenseLayer dense -> dense.norm().ifPresent(norm -> norm.scale().fill(job.norm()));
      }
    }
    return network;
  }
}
