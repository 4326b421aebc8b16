package dev.lamina.analysis.depth;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.config.ConfigReader;

/**
 * The section {@code merging} of a study: a network is trained, its effectively linear layers are
 * merged, and what is left is compared with it, at once and after further training.
 */
public final class MergingSection implements StudySection<MergingConfig, MergingResult> {

  /** Creates the section. */
  public MergingSection() {}

  @Override
  public String name() {
    return "merging";
  }

  @Override
  public String title() {
    return "Layer merging: what do the linear layers contribute?";
  }

  @Override
  public MergingConfig read(ConfigReader config, NetworkConfig network) {
    return MergingConfig.read(config, network);
  }

  @Override
  public MergingResult run(StudyContext context, MergingConfig config, Progress progress) {
    return new MergingStudy(config, context, progress).run();
  }

  @Override
  public SectionView view(StudyContext context, MergingConfig config, MergingResult result) {
    return new MergingView(config, context, result).view();
  }
}
