/**
 * The embedding principle in depth at work while networks are trained (arXiv 2205.13283): plateaus
 * that networks of several depths share, layers that stay linear on them, and what is left when
 * those are merged.
 */
package dev.lamina.analysis.depth;
