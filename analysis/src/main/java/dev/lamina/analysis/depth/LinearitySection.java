package dev.lamina.analysis.depth;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.config.ConfigReader;

/**
 * The section {@code linearity} of a study: networks of several depths are trained, and the losses
 * at which they stagnate are compared with those of simple fits, and their layers with lines.
 */
public final class LinearitySection implements StudySection<LinearityConfig, LinearityResult> {

  /** Creates the section. */
  public LinearitySection() {}

  @Override
  public String name() {
    return "linearity";
  }

  @Override
  public String title() {
    return "Layer linearisation: on which plateaus do deeper networks stay linear?";
  }

  @Override
  public LinearityConfig read(ConfigReader config, NetworkConfig network) {
    return LinearityConfig.read(config, network);
  }

  @Override
  public LinearityResult run(StudyContext context, LinearityConfig config, Progress progress) {
    return new LinearityStudy(config, context, progress).run();
  }

  @Override
  public SectionView view(StudyContext context, LinearityConfig config, LinearityResult result) {
    return new LinearityView(config, context, result).view();
  }
}
