package dev.lamina.analysis.report;

import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.h3;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.img;
import static j2html.TagCreator.li;
import static j2html.TagCreator.p;
import static j2html.TagCreator.section;
import static j2html.TagCreator.summary;
import static j2html.TagCreator.text;
import static j2html.TagCreator.ul;

import j2html.tags.DomContent;

/** One section of a page. */
final class SectionHtml {
  /** Pictures with more columns, such as matrices, are shown larger than samples are. */
  private static final int LARGEST_SMALL_PICTURE = 40;

  private final Report.Section section;

  private SectionHtml(Report.Section section) {
    this.section = section;
  }

  static DomContent of(Report.Section section) {
    return new SectionHtml(section).html();
  }

  /** Returns the id in the page, and the name before {@code .csv}, of a block. */
  static String id(Report.Section section, String block) {
    return section.name() + "-" + block;
  }

  private DomContent html() {
    String time =
        "took "
            + NumberTexts.duration(section.seconds())
            + (section.kept() ? " in an earlier run, whose result was kept" : "");
    return section(
            h2(section.title()),
            section.failure().isPresent()
                ? div(p("This section failed: " + section.failure().get()))
                    .withClasses("status", "bad")
                : content(section.view().orElseThrow()),
            iff(!Double.isNaN(section.seconds()), p(time).withClass("small")))
        .withId(section.name());
  }

  private DomContent content(SectionView view) {
    return div(p(view.introduction()), each(view.blocks(), this::block));
  }

  private DomContent block(Block block) {
    return switch (block) {
      case Note note -> p(note.text());
      case Plot plot ->
          picture(plot.id(), plot.title(), plot.explanation(), plot.provenance(), Numbers.of(plot));
      case Heatmap map ->
          picture(map.id(), map.title(), map.explanation(), map.provenance(), Numbers.of(map));
      case Table table ->
          figure(
              h3(table.title()),
              iff(!table.explanation().isEmpty(), p(table.explanation())),
              TableHtml.of(table, id(section, table.id()), csv(table.id())));
      case Pictures pictures -> pictures(pictures);
    };
  }

  private String csv(String block) {
    return id(section, block) + ".csv";
  }

  private DomContent picture(
      String id, String title, String explanation, String provenance, Table numbers) {
    String inPage = id(section, id);
    return figure(
        h3(title),
        p(explanation),
        div().withId(inPage).withClass("plot").attr("role", "img").attr("aria-label", title),
        figcaption(provenance),
        details(summary("Numbers"), TableHtml.of(numbers, "numbers-of-" + inPage, csv(id)))
            .withClass("numbers"));
  }

  private static DomContent pictures(Pictures block) {
    return figure(
        h3(block.title()),
        p(block.explanation()),
        ul(each(
                block.pictures(),
                picture ->
                    li(
                        img()
                            .withSrc(
                                GreyPng.address(block.width(), block.height(), picture.pixels()))
                            .withAlt(picture.label()),
                        text(picture.label()))))
            .withClass(block.width() > LARGEST_SMALL_PICTURE ? "pictures large" : "pictures"));
  }
}
