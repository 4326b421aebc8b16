package dev.lamina.analysis.depth;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.config.ConfigReader;

/**
 * The section {@code growth} of a study: a network is trained on some samples, and from some epoch
 * on with more of them, and what that does to the linearity of its layers is followed.
 */
public final class GrowthSection implements StudySection<GrowthConfig, GrowthResult> {

  /** Creates the section. */
  public GrowthSection() {}

  @Override
  public String name() {
    return "growth";
  }

  @Override
  public String title() {
    return "Growing data: what further samples do to linear layers";
  }

  @Override
  public GrowthConfig read(ConfigReader config, NetworkConfig network) {
    return GrowthConfig.read(config, network);
  }

  @Override
  public GrowthResult run(StudyContext context, GrowthConfig config, Progress progress) {
    return new GrowthStudy(config, context, progress).run();
  }

  @Override
  public SectionView view(StudyContext context, GrowthConfig config, GrowthResult result) {
    return new GrowthView(config, context, result).view();
  }
}
