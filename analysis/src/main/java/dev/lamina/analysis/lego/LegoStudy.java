package dev.lamina.analysis.lego;

import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.lego.LegoStudyResult.Gram;
import dev.lamina.analysis.lego.LegoStudyResult.Method;
import dev.lamina.analysis.lego.LegoStudyResult.Run;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.training.SharedProgress;
import dev.lamina.analysis.training.SideBySide;
import dev.lamina.analysis.training.Training;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Computes the section {@code lego} of a study. On processors several runs go on side by side, each
 * on one thread; results do not depend on how many.
 */
final class LegoStudy {
  private static final long SUBSET = 0x3c6ef372fe94f82bL;

  private final LegoConfig config;
  private final StudyContext context;
  private final Progress progress;
  private final List<LegoMethod> methods;

  /** One method with one seed. */
  private record Job(int method, int run) {}

  LegoStudy(LegoConfig config, StudyContext context, Progress progress) {
    this.config = config;
    this.context = context;
    this.progress = progress;
    this.methods = config.allMethods();
  }

  LegoStudyResult run() {
    context.network().requirePlain("layer-wise training");
    DataSet train = context.data().train();
    int samples =
        config.samples() == 0 ? train.samples() : Math.min(config.samples(), train.samples());
    LegoMethods work = new LegoMethods(config, context, samples);
    Progress shared =
        new SharedProgress(progress, "training", Math.max(1, work.totalSteps(methods)));
    Queue<Job> jobs = new ConcurrentLinkedQueue<>();
    for (int run = 0; run < config.runs(); run++) {
      for (int method = 0; method < methods.size(); method++) {
        jobs.add(new Job(method, run));
      }
    }
    Run[][] runs = new Run[methods.size()][config.runs()];
    List<Gram> grams = new ArrayList<>();
    SideBySide.share(context.lamina(), backend -> work(backend, work, jobs, runs, grams, shared));
    List<Method> found = new ArrayList<>();
    for (int m = 0; m < runs.length; m++) {
      found.add(new Method(methods.get(m).text(), List.of(runs[m])));
    }
    int classes = train.response() instanceof Response.Classes response ? response.count() : 0;
    return new LegoStudyResult(classes, samples, context.data().test().samples(), found, grams);
  }

  private void work(
      Backend backend,
      LegoMethods work,
      Queue<Job> jobs,
      Run[][] runs,
      List<Gram> grams,
      Progress shared) {
    for (Job job = jobs.poll(); job != null; job = jobs.poll()) {
      LegoMethod method = methods.get(job.method());
      long seed = context.seed() + job.run();
      boolean pictures = job.run() == 0 && method.equals(LegoMethod.LEGO);
      try (DrawnData drawn = new DrawnData(seed);
          LegoExamples examples = new LegoExamples(drawn.data)) {
        List<Gram> own = pictures ? grams : new ArrayList<>();
        runs[job.method()][job.run()] = work.run(backend, method, examples, seed, own, shared);
      }
    }
  }

  /** The samples of one run: all of them, or as many as are asked for, drawn by its seed. */
  private final class DrawnData implements AutoCloseable {
    private final PreparedData data;
    private final boolean own;

    DrawnData(long seed) {
      PreparedData all = context.data();
      int n = all.train().samples();
      own = config.samples() > 0 && config.samples() < n;
      if (!own) {
        data = all;
        return;
      }
      int[] rows = Arrays.copyOf(Training.order(seed ^ SUBSET, 0, n), config.samples());
      Arrays.sort(rows);
      DType dtype = all.train().x().dtype();
      data = new PreparedData(all.train().select(rows, dtype, "drawn by the run"), all.test());
    }

    @Override
    public void close() {
      if (own) {
        data.train().close(); // the test samples are the study's
      }
    }
  }
}
