package dev.lamina.analysis.degeneracy;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.config.ConfigReader;

/**
 * The section {@code degeneracy} of a study: the predicted collapse of the configured network, a
 * sweep of architectures, the small-angle law, and the papers' experiments.
 */
public final class DegeneracySection implements StudySection<DegeneracyConfig, DegeneracyResult> {

  /** Creates the section. */
  public DegeneracySection() {}

  @Override
  public String name() {
    return "degeneracy";
  }

  @Override
  public String title() {
    return "Depth degeneracy: how fast inputs become indistinguishable";
  }

  @Override
  public DegeneracyConfig read(ConfigReader config, NetworkConfig network) {
    return DegeneracyConfig.read(config, network);
  }

  @Override
  public DegeneracyResult run(StudyContext context, DegeneracyConfig config, Progress progress) {
    return new DegeneracyStudy(
            config, context.seed(), context.lamina().config().cpuThreads(), progress)
        .run(context.data().train(), context.network().hidden());
  }

  @Override
  public SectionView view(StudyContext context, DegeneracyConfig config, DegeneracyResult result) {
    return new DegeneracyView(config, result, context.seed()).view();
  }
}
