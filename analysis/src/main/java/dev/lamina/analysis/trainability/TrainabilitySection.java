package dev.lamina.analysis.trainability;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.config.ConfigReader;

/**
 * The section {@code trainability} of a study: many architectures are trained alike, and their
 * accuracy is compared with the angle that was predicted for them.
 */
public final class TrainabilitySection
    implements StudySection<TrainabilityConfig, TrainabilityResult> {

  /** Creates the section. */
  public TrainabilitySection() {}

  @Override
  public String name() {
    return "trainability";
  }

  @Override
  public String title() {
    return "Trainability: does the angle at initialisation tell the accuracy after training?";
  }

  @Override
  public boolean aboutNetwork() {
    return false;
  }

  @Override
  public TrainabilityConfig read(ConfigReader config, NetworkConfig network) {
    return TrainabilityConfig.read(config);
  }

  @Override
  public TrainabilityResult run(
      StudyContext context, TrainabilityConfig config, Progress progress) {
    return new TrainabilityStudy(config, context, progress).run();
  }

  @Override
  public SectionView view(
      StudyContext context, TrainabilityConfig config, TrainabilityResult result) {
    return new TrainabilityView(config, result, context.data(), context.seed()).view();
  }
}
