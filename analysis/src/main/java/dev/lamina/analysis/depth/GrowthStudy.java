package dev.lamina.analysis.depth;

import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.depth.GrowthResult.Members;
import dev.lamina.analysis.depth.GrowthResult.Run;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.LiftedSet;
import dev.lamina.analysis.embedding.Membership;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.training.SharedProgress;
import dev.lamina.analysis.training.SideBySide;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.hipparchus.linear.RealMatrix;

/**
 * Computes the section {@code growth} of a study. On processors several runs go on side by side,
 * each on one thread; results do not depend on how many.
 */
final class GrowthStudy implements AutoCloseable {
  private static final int MEMBERS = 200;
  private static final double TOLERANCE = 1e-9;

  private final GrowthConfig config;
  private final StudyContext context;
  private final SharedProgress progress;
  private final List<Part> parts = new ArrayList<>();

  /** Samples of one size. */
  private record Part(PreparedData data, DepthExamples examples, Looker looker) {}

  /** What a training leaves. */
  private record Trained(Network network, List<Moment> moments, String ending) {}

  GrowthStudy(GrowthConfig config, StudyContext context, Progress progress) {
    this.config = config;
    this.context = context;
    long after = (long) (config.plan().epochs() - config.growAt()) * config.sizes().size();
    this.progress =
        new SharedProgress(
            progress, "training networks", config.runs() * (config.growAt() + after));
    try {
      config.sizes().forEach(this::addPart);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void addPart(int size) {
    DataSet all = context.data().train();
    if (size > all.samples()) {
      throw new DataException(
          "growth: sizes must not exceed the %d training samples of %s but one is %d"
              .formatted(all.samples(), all.name(), size));
    }
    int[] rows = config.rows(size, all.samples());
    PreparedData data =
        new PreparedData(
            all.select(rows, all.x().dtype(), size + " nested rows"), context.data().test());
    FollowedPlan plan = config.plan();
    DepthExamples examples = new DepthExamples(data, plan.loss(), plan.samples());
    parts.add(new Part(data, examples, new Looker(examples, plan.loss(), plan.linearity())));
  }

  GrowthResult run() {
    Trained[] first = new Trained[config.runs()];
    Run[] runs = new Run[config.runs() * parts.size()];
    try (this) {
      share(first.length, (backend, k) -> first[k] = begun(backend, context.seed() + k));
      share(
          runs.length,
          (backend, k) -> {
            Trained before = first[k / parts.size()];
            long seed = context.seed() + k / parts.size();
            runs[k] = grown(backend, before, k % parts.size(), seed);
          });
      return new GrowthResult(
          context.data().train().samples(), List.of(runs), members(first[0].network()));
    } finally {
      for (Trained trained : first) {
        if (trained != null) {
          trained.network().close();
        }
      }
    }
  }

  private void share(int count, BiConsumer<Backend, Integer> job) {
    Queue<Integer> left = new ConcurrentLinkedQueue<>(IntStream.range(0, count).boxed().toList());
    SideBySide.share(
        context.lamina(),
        backend -> {
          for (Integer k = left.poll(); k != null; k = left.poll()) {
            job.accept(backend, k);
          }
        });
  }

  private Trained begun(Backend backend, long seed) {
    DepthExamples examples = parts.getFirst().examples();
    try (Network initial =
        context
            .network()
            .plan(examples.inputs(), examples.outputs())
            .draw(examples.dtype(), seed)) {
      return trained(
          backend, parts.getFirst(), initial, config.plan().during(config.growAt()), seed);
    }
  }

  private Run grown(Backend backend, Trained before, int part, long seed) {
    FollowedPlan plan = config.plan().during(config.plan().epochs() - config.growAt());
    Trained after = trained(backend, parts.get(part), before.network(), plan, seed);
    after.network().close();
    return new Run(
        seed,
        config.sizes().get(part),
        after.ending(),
        before.moments(),
        after.moments().stream().map(m -> m.later(config.growAt())).toList());
  }

  private Trained trained(
      Backend backend, Part part, Network initial, FollowedPlan plan, long seed) {
    FollowedTraining.Followers followers =
        new FollowedTraining.Followers(
            part.looker(),
            Set.of(),
            "samples-%d-seed-%d".formatted(part.data().train().samples(), seed),
            context.folder(),
            progress);
    try (TrainingData data = part.examples().upload(backend);
        FollowedTraining training =
            new FollowedTraining(backend, data, initial, plan, seed, followers)) {
      String ending = training.run().text();
      Network end = training.network();
      return new Trained(end.copy(end.dtype()), training.moments(), ending);
    }
  }

  /** Lifts of a network for the samples of each size, tested for those of all sizes. */
  private List<Members> members(Network network) {
    Perceptron shallow = parts.getFirst().looker().perceptron(network);
    return parts.stream().map(part -> members(shallow, part)).toList();
  }

  private Members members(Perceptron shallow, Part part) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(context.seed());
    int width = Math.min(shallow.width(1), shallow.width(2)) + 1;
    Insertion insertion =
        Insertion.of(1, width, Activation.RELU, AffineSegments.exact(Activation.RELU).getFirst());
    int[] kept = new int[parts.size()];
    for (int draw = 0; draw < MEMBERS; draw++) {
      Lift lift = LiftedSet.random(shallow, insertion, samples(part), random);
      for (int k = 0; k < kept.length; k++) {
        kept[k] += isMember(lift, samples(parts.get(k))) ? 1 : 0;
      }
    }
    return new Members(
        part.data().train().samples(),
        config.sizes(),
        IntStream.of(kept).mapToObj(count -> (double) count / MEMBERS).toList());
  }

  private static RealMatrix samples(Part part) {
    return part.examples().train().x();
  }

  private static boolean isMember(Lift lift, RealMatrix x) {
    Insertion insertion = lift.insertion();
    return Membership.test(
            lift.shallow(),
            lift.deep(),
            insertion.after(),
            AffineSegments.exact(insertion.activation()),
            x,
            TOLERANCE)
        .isMember();
  }

  @Override
  public void close() {
    for (Part part : parts) {
      part.examples().close();
      part.data().train().close(); // the test samples are the study's
    }
  }
}
