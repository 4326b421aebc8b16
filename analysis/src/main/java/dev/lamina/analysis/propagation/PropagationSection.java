package dev.lamina.analysis.propagation;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.config.ConfigReader;

/**
 * The section {@code propagation} of a study: how two inputs and their gradients propagate through
 * the configured network and through others, and where both are in equilibrium.
 */
public final class PropagationSection
    implements StudySection<PropagationConfig, PropagationResult> {

  /** Creates the section. */
  public PropagationSection() {}

  @Override
  public String name() {
    return "propagation";
  }

  @Override
  public String title() {
    return "Signal propagation: what is lost on the way forward and backward";
  }

  @Override
  public PropagationConfig read(ConfigReader config, NetworkConfig network) {
    return PropagationConfig.read(config, network);
  }

  @Override
  public PropagationResult run(StudyContext context, PropagationConfig config, Progress progress) {
    return new PropagationStudy(config, progress)
        .run(context.data().train().x(), context.network());
  }

  @Override
  public SectionView view(
      StudyContext context, PropagationConfig config, PropagationResult result) {
    return new PropagationView(result, context.network()).view();
  }
}
