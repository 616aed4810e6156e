from django.urls import path

from shop import views

urlpatterns = [
    path("", views.index),
    path("say", views.say),
    path("boom/<slug:mark>", views.boom),
    path("notfound/<slug:mark>", views.notfound),
]
