package dev.lamina.analysis.lego;

import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.lego.LegoStudyResult.Choice;
import dev.lamina.analysis.lego.LegoStudyResult.Gram;
import dev.lamina.analysis.lego.LegoStudyResult.Method;
import dev.lamina.analysis.lego.LegoStudyResult.Run;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.training.SharedProgress;
import dev.lamina.analysis.training.SideBySide;
import dev.lamina.backend.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;

/**
 * Computes the section {@code lego} of a study: methods choose what they have to be told, if
 * anything, and then run with every seed. On processors several runs go on side by side, each on
 * one thread; results do not depend on how many.
 */
final class LegoStudy {
  private final LegoConfig config;
  private final StudyContext context;
  private final LegoMethods work;
  private final LegoSamples samples;
  private final List<LegoMethod> methods;
  private final boolean classes;
  private final Progress progress;

  /** A method that tries a value with one seed. */
  private record Trial(int candidate, int run) {}

  /** One method with one seed. */
  private record Job(int method, int run) {}

  /** A value that a method may choose. */
  private record Candidate(LegoMethod method, double value) {}

  LegoStudy(LegoConfig config, StudyContext context, Progress progress) {
    this.config = config;
    this.context = context;
    this.work = new LegoMethods(config, context);
    this.samples = new LegoSamples(config, context);
    this.methods = config.allMethods();
    this.classes = context.data().train().response() instanceof Response.Classes;
    this.progress = progress;
  }

  LegoStudyResult run() {
    context.network().requirePlain("layer-wise training");
    List<Candidate> candidates = candidates();
    Progress shared = new SharedProgress(progress, "training", Math.max(1, steps(candidates)));
    List<Choice> choices = choose(candidates, shared);
    Run[][] runs = new Run[methods.size()][config.runs()];
    List<Gram> grams = new ArrayList<>();
    List<Job> jobs = new ArrayList<>();
    for (int run = 0; run < config.runs(); run++) {
      for (int method = 0; method < methods.size(); method++) {
        jobs.add(new Job(method, run));
      }
    }
    share(
        jobs,
        (backend, job) ->
            runs[job.method()][job.run()] = run(backend, job, choices, grams, shared));
    List<Method> found = new ArrayList<>();
    for (int m = 0; m < runs.length; m++) {
      found.add(new Method(methods.get(m).text(), List.of(runs[m])));
    }
    DataSet train = context.data().train();
    int count = train.response() instanceof Response.Classes response ? response.count() : 0;
    return new LegoStudyResult(
        count, samples.perRun(), context.data().test().samples(), found, choices, grams);
  }

  private <T> void share(List<T> jobs, BiConsumer<Backend, T> worker) {
    Queue<T> left = new ConcurrentLinkedQueue<>(jobs);
    SideBySide.share(
        context.lamina(),
        backend -> {
          for (T job = left.poll(); job != null; job = left.poll()) {
            worker.accept(backend, job);
          }
        });
  }

  private List<Candidate> candidates() {
    List<Candidate> all = new ArrayList<>();
    for (LegoMethod method : methods) {
      config.choice().candidates(method).forEach(value -> all.add(new Candidate(method, value)));
    }
    return all;
  }

  private long steps(List<Candidate> candidates) {
    long finals = methods.stream().mapToLong(m -> work.steps(m, samples.perRun())).sum();
    long trials =
        candidates.stream().mapToLong(c -> work.steps(c.method(), samples.perTrial())).sum();
    return finals * config.runs() + trials * config.choice().runs();
  }

  private List<Choice> choose(List<Candidate> candidates, Progress shared) {
    int runs = config.choice().runs();
    double[][] scores = new double[candidates.size()][runs];
    List<Trial> trials = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      for (int c = 0; c < candidates.size(); c++) {
        trials.add(new Trial(c, run));
      }
    }
    share(
        trials,
        (backend, trial) -> {
          Candidate candidate = candidates.get(trial.candidate());
          long seed = context.seed() + trial.run();
          try (LegoSamples.Drawn drawn = samples.trial(seed);
              LegoExamples examples = new LegoExamples(drawn.data())) {
            Run run =
                work.run(
                    backend,
                    candidate.method(),
                    OptionalDouble.of(candidate.value()),
                    examples,
                    seed,
                    shared);
            scores[trial.candidate()][trial.run()] = run.diverged() ? Double.NaN : run.test();
          }
        });
    List<Choice> choices = new ArrayList<>();
    for (int c = 0; c < candidates.size(); c++) {
      String name = candidates.get(c).method().text();
      double mean = mean(scores[c]);
      boolean best = !Double.isNaN(mean);
      for (int other = 0; other < candidates.size(); other++) {
        if (other != c && candidates.get(other).method().text().equals(name)) {
          best &= !better(mean(scores[other]), mean, other < c);
        }
      }
      choices.add(new Choice(name, candidates.get(c).value(), mean, best));
    }
    return choices;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value / values.length;
    }
    return sum;
  }

  /** Returns whether a score beats another; equal ones by which stands first. */
  private boolean better(double one, double than, boolean first) {
    return one == than ? first : classes ? one > than : one < than;
  }

  /** Returns what a method chose; other batches take what the plan's own batch chose. */
  private static OptionalDouble chosen(LegoMethod method, List<Choice> choices) {
    String name = method instanceof LegoMethod.Batch ? LegoMethod.LEGO.text() : method.text();
    return choices.stream()
        .filter(c -> c.chosen() && c.method().equals(name))
        .mapToDouble(Choice::value)
        .findFirst();
  }

  private Run run(
      Backend backend, Job job, List<Choice> choices, List<Gram> grams, Progress shared) {
    LegoMethod method = methods.get(job.method());
    long seed = context.seed() + job.run();
    boolean pictures = job.run() == 0 && method.equals(LegoMethod.LEGO);
    try (LegoSamples.Drawn drawn = samples.run(seed);
        LegoExamples examples = new LegoExamples(drawn.data())) {
      List<Gram> own = pictures ? grams : new ArrayList<>();
      return work.run(
          backend, method, chosen(method, choices), examples, seed, Optional.of(own), shared);
    }
  }
}
