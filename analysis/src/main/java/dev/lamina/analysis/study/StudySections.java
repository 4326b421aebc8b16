package dev.lamina.analysis.study;

import dev.lamina.analysis.alignment.AlignmentSection;
import dev.lamina.analysis.degeneracy.DegeneracySection;
import dev.lamina.analysis.depth.GrowthSection;
import dev.lamina.analysis.depth.LinearitySection;
import dev.lamina.analysis.depth.MergingSection;
import dev.lamina.analysis.learningcurve.LearningCurveSection;
import dev.lamina.analysis.lego.LegoSection;
import dev.lamina.analysis.lifting.LiftingSection;
import dev.lamina.analysis.propagation.PropagationSection;
import dev.lamina.analysis.regression.RegressionSection;
import dev.lamina.analysis.sparsity.SparsitySection;
import dev.lamina.analysis.summary.DataSection;
import dev.lamina.analysis.trainability.TrainabilitySection;
import java.util.List;

/** The kinds of sections that a study can have: one line each. */
public final class StudySections {
  private StudySections() {}

  /** {@return all kinds, in the order in which a reader wants them if the file gives none} */
  public static List<StudySection<?, ?>> all() {
    return List.of(
        new DataSection(),
        new RegressionSection(),
        new DegeneracySection(),
        new PropagationSection(),
        new TrainabilitySection(),
        new AlignmentSection(),
        new LegoSection(),
        new LearningCurveSection(),
        new SparsitySection(),
        new LinearitySection(),
        new GrowthSection(),
        new MergingSection(),
        new LiftingSection());
  }
}
