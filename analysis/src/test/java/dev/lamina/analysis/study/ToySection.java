package dev.lamina.analysis.study;

import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Series;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Multiplies, counts how often it was run, and fails when told to. */
record ToySection(String name, AtomicInteger runs)
    implements StudySection<ToySection.Config, ToySection.Result> {

  record Config(double factor, boolean fail) {
    Config {
      if (factor == 13) {
        throw new IllegalArgumentException("13 brings bad luck");
      }
    }
  }

  record Result(double value, double nothing, int samples) {}

  static ToySection named(String name) {
    return new ToySection(name, new AtomicInteger());
  }

  @Override
  public String title() {
    return "Toy " + name;
  }

  @Override
  public Config read(ConfigReader config, NetworkConfig network) {
    return new Config(config.number("factor", Bounds.POSITIVE, 2), config.flag("fail", false));
  }

  @Override
  public Result run(StudyContext context, Config config, Progress progress) {
    runs.incrementAndGet();
    progress.begin(name, 1);
    if (config.fail()) {
      throw new IllegalStateException("told to fail");
    }
    progress.advance(1);
    return new Result(
        config.factor() * context.seed(), Double.NaN, context.data().train().samples());
  }

  @Override
  public SectionView view(StudyContext context, Config config, Result result) {
    return new SectionView(
        "A toy.",
        List.of(new Headline("value", Double.toString(result.value()), "of " + name)),
        List.of(
            new Plot(
                "p",
                "t",
                "e",
                "s",
                Axis.linear("x", ""),
                Axis.linear("y", ""),
                List.of(new Series.Line("l", "s", List.of(1.0), List.of(result.value()))))));
  }
}
